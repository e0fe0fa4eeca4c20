//! What a process wrote, as it comes.

use super::until;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// A growing log. Clones share it.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<String>>);

impl Log {
    /// Takes in everything that comes out of `source`, in a thread of its own, until it ends.
    pub fn follow(&self, source: impl Read + Send + 'static) {
        let log = self.clone();
        std::thread::spawn(move || {
            let mut lines = BufReader::new(source);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
                log.add(&String::from_utf8_lossy(&line));
                line.clear();
            }
        });
    }

    /// Adds a text.
    pub fn add(&self, text: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_str(text);
    }

    /// All of it.
    pub fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where it ends now.
    pub fn mark(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Waits for a line after `mark` that holds all of `words`.
    ///
    /// # Errors
    /// When none comes.
    pub async fn line(&self, mark: usize, words: &[&str]) -> anyhow::Result<String> {
        until(&format!("a log line with {words:?}"), async || {
            Ok(self.find(mark, words))
        })
        .await
    }

    /// A line after `mark` that holds all of `words`, if there is one.
    pub fn find(&self, mark: usize, words: &[&str]) -> Option<String> {
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut whole = text
            .get(mark..)?
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        whole
            .find(|line| words.iter().all(|word| line.contains(word)))
            .map(str::to_owned)
    }
}
