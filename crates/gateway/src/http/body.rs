//! Reads a body, but never more of it than may be.

use super::answer::Refusal;
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use domain::Code;
use futures_util::StreamExt;

/// Of a body that is too large so much is read and thrown away, in bytes: a client that is still sending when the
/// connection closes sees a broken connection instead of our answer.
const DRAIN_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Reads the body; one that is larger than `max` bytes is refused, and never held in memory.
pub(super) async fn read(request: Request, max: usize) -> Result<Vec<u8>, Refusal> {
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > DRAIN_MAX_BYTES.max(max)) {
        return Err(too_large(max));
    }
    let mut body = Vec::with_capacity(announced.unwrap_or(0).min(max));
    let mut read = 0;
    let mut parts = request.into_body().into_data_stream();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| Refusal::new(Code::Malformed, "the body broke off"))?;
        read += part.len();
        if read > DRAIN_MAX_BYTES.max(max) {
            break;
        }
        if read <= max {
            body.extend_from_slice(&part);
        }
    }
    if read > max { Err(too_large(max)) } else { Ok(body) }
}

fn too_large(max: usize) -> Refusal {
    Refusal::new(Code::TooLarge, format!("the body has more than {max} bytes"))
}
