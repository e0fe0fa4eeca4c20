//! A provider's callback is a hint: its signature is checked, and then the provider is asked.

use crate::{Inner, slot};
use bytes::Bytes;
use connector::{CallbackError, RawCallback};
use domain::ModuleName;
use gateway::CallbackVerdict;
use std::sync::Arc;

/// Takes a callback in. Nothing that it says is believed but which operation it speaks of.
pub async fn callback(
    inner: &Arc<Inner>,
    module: &ModuleName,
    headers: Vec<(String, String)>,
    body: Bytes,
) -> CallbackVerdict {
    if inner.taking_work().is_err() {
        return CallbackVerdict::Unavailable;
    }
    let Some(provider) = inner.modules.provider(module) else {
        return CallbackVerdict::Unknown;
    };
    let raw = RawCallback { headers, body };
    let Some(id) = (provider.callback_operation)(&raw) else {
        return CallbackVerdict::Unreadable;
    };
    let stored = match inner.journal.get(id).await {
        Ok(Some(stored)) if &stored.operation.request.module == module => stored,
        Ok(_) => return CallbackVerdict::Unknown,
        Err(_) => return CallbackVerdict::Unavailable,
    };
    let request = &stored.operation.request;
    let Ok(settings) = inner.modules.module(module, &request.store, &request.terminal) else {
        return CallbackVerdict::Unavailable;
    };
    match settings.built.connector.verify(&raw) {
        Ok(()) => {}
        Err(CallbackError::Signature) => {
            tracing::warn!(operation = %id, %module, "a callback with a wrong signature was not believed");
            return CallbackVerdict::Unsigned;
        }
        Err(CallbackError::Unsupported | CallbackError::Unreadable(_)) => return CallbackVerdict::Unreadable,
    }
    match slot::happen(inner, id, engine::Event::Hint).await {
        Ok(_) => CallbackVerdict::Taken,
        Err(_) => CallbackVerdict::Unavailable,
    }
}
