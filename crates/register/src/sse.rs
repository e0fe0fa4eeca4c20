//! Server-sent events, as far as the daemon uses them: `event: reply` with one `data:` line or several.

use crate::door::REPLY_BYTES_MAX;

/// Cuts a byte stream into events.
#[derive(Debug, Default)]
pub(crate) struct Events {
    line: Vec<u8>,
    name: Vec<u8>,
    data: Vec<u8>,
    ready: std::collections::VecDeque<Vec<u8>>,
}

/// An event outgrew [`REPLY_BYTES_MAX`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

impl Events {
    /// Takes in what arrived.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        for &byte in bytes {
            if byte != b'\n' {
                self.line.push(byte);
                if self.line.len() + self.data.len() > REPLY_BYTES_MAX {
                    return Err(TooLarge);
                }
                continue;
            }
            let mut line = std::mem::take(&mut self.line);
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            self.take_line(&line);
        }
        Ok(())
    }

    /// The data of the next whole `reply` event.
    pub(crate) fn next(&mut self) -> Option<Vec<u8>> {
        self.ready.pop_front()
    }

    fn take_line(&mut self, line: &[u8]) {
        if line.is_empty() {
            let data = std::mem::take(&mut self.data);
            let name = std::mem::take(&mut self.name);
            if name == b"reply" && !data.is_empty() {
                self.ready.push_back(data);
            }
            return;
        }
        // A line that begins with a colon is a sign of life.
        let (field, value) = match line.iter().position(|b| *b == b':') {
            Some(at) => line.split_at(at),
            None => (line, &b""[..]),
        };
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"event" => self.name = value.to_vec(),
            b"data" => {
                if !self.data.is_empty() {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_cut_wherever_the_bytes_break() {
        let stream = b": hello\n\nevent: reply\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\nevent: other\ndata: x\n\nevent:reply\ndata:{}\n\n";
        for chunk in 1..stream.len() {
            let mut events = Events::default();
            for bytes in stream.chunks(chunk) {
                events.feed(bytes).unwrap();
            }
            assert_eq!(events.next().unwrap(), b"{\"a\":\n1}");
            assert_eq!(events.next().unwrap(), b"{}");
            assert_eq!(events.next(), None);
        }
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut events = Events::default();
        assert_eq!(events.feed(&vec![b'x'; REPLY_BYTES_MAX + 1]), Err(TooLarge));
    }
}
