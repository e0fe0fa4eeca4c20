//! Names out of files, kept for as long as the program runs: a module, its keys and their texts are `&'static str`
//! everywhere else. The same text is kept once, so reading a file again costs nothing.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

static TEXTS: LazyLock<Mutex<BTreeSet<&'static str>>> = LazyLock::new(Mutex::default);
static LISTS: LazyLock<Mutex<BTreeSet<&'static [&'static str]>>> = LazyLock::new(Mutex::default);

/// The text for good.
pub(crate) fn intern(text: &str) -> &'static str {
    let mut known = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.get(text) {
        return found;
    }
    let kept: &'static str = Box::leak(text.into());
    known.insert(kept);
    kept
}

/// The list of texts for good.
pub(crate) fn intern_list(texts: &[String]) -> &'static [&'static str] {
    let list: Vec<&'static str> = texts.iter().map(|text| intern(text)).collect();
    let mut known = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.get(list.as_slice()) {
        return found;
    }
    let kept: &'static [&'static str] = Box::leak(list.into_boxed_slice());
    known.insert(kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once() {
        let (first, second) = (intern("merchantId"), intern(&"merchant".replace("ant", "antId")));
        assert!(std::ptr::eq(first, second));
        let list = || intern_list(&["a".to_owned(), "b".to_owned()]);
        assert!(std::ptr::eq(list(), list()));
    }
}
