//! Reads a body, but never more of it than may be.

use super::answer::Refusal;
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use domain::Code;
use futures_util::StreamExt;

/// Reads the body; one that is or says it is larger than `max` bytes is refused before it is read to its end.
pub(super) async fn read(request: Request, max: usize) -> Result<Vec<u8>, Refusal> {
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > max) {
        return Err(too_large(max));
    }
    let mut body = Vec::with_capacity(announced.unwrap_or(0).min(max));
    let mut parts = request.into_body().into_data_stream();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| Refusal::new(Code::Malformed, "the body broke off"))?;
        if body.len() + part.len() > max {
            return Err(too_large(max));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

fn too_large(max: usize) -> Refusal {
    Refusal::new(Code::TooLarge, format!("the body has more than {max} bytes"))
}
