//! The keyboard, and scanners that pretend to be one.

use crate::till::model::Key;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read};
use std::time::Duration;
use tokio::sync::mpsc;

/// Keys that may wait: a scanner types a thousand characters at once.
const KEYS_MAX: usize = 4096;
/// How often the thread looks whether anybody still listens.
const LOOK: Duration = Duration::from_millis(100);

/// What the terminal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// The window has another size.
    Resized,
}

/// Reads in a thread of its own until nobody listens or the terminal is gone.
pub fn listen() -> mpsc::Receiver<Input> {
    let (out, keys) = mpsc::channel(KEYS_MAX);
    std::thread::spawn(move || {
        while !out.is_closed() {
            match poll(LOOK) {
                Ok(false) => continue,
                Ok(true) => {}
                Err(_) => return,
            }
            let Ok(event) = read() else { return };
            for input in inputs(&event) {
                if out.blocking_send(input).is_err() {
                    return;
                }
            }
        }
    });
    keys
}

fn inputs(event: &Event) -> Vec<Input> {
    match event {
        Event::Resize(..) => vec![Input::Resized],
        // Esc and a key right after it reach us as one key with Alt.
        Event::Key(event) if event.modifiers.contains(KeyModifiers::ALT) => {
            let plain = KeyEvent::new(event.code, event.modifiers - KeyModifiers::ALT);
            [Some(Key::Esc), key(&plain)]
                .into_iter()
                .flatten()
                .map(Input::Key)
                .collect()
        }
        Event::Key(event) if event.kind != KeyEventKind::Release => {
            key(event).map(Input::Key).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn key(event: &KeyEvent) -> Option<Key> {
    if event.modifiers.contains(KeyModifiers::CONTROL) {
        return match event.code {
            // Some scanners end with a line feed, which a terminal in raw mode gives as Ctrl-J.
            KeyCode::Char('j' | 'm') => Some(Key::Enter),
            KeyCode::Char('h') => Some(Key::Backspace),
            KeyCode::Char('c') => Some(Key::Esc),
            _ => None,
        };
    }
    Some(match event.code {
        KeyCode::Char(character) => Key::Char(character),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::F(number) => Key::F(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_apart_and_a_scanners_line_feed_is_enter() {
        let press = |code, modifiers| key(&KeyEvent::new(code, modifiers));
        assert_eq!(
            press(KeyCode::Char('ж'), KeyModifiers::NONE),
            Some(Key::Char('ж'))
        );
        assert_eq!(
            press(KeyCode::Char('A'), KeyModifiers::SHIFT),
            Some(Key::Char('A'))
        );
        assert_eq!(press(KeyCode::Char('j'), KeyModifiers::CONTROL), Some(Key::Enter));
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Key::Esc));
        assert_eq!(press(KeyCode::Char('s'), KeyModifiers::CONTROL), None);
        assert_eq!(press(KeyCode::F(8), KeyModifiers::NONE), Some(Key::F(8)));
        assert_eq!(press(KeyCode::Left, KeyModifiers::NONE), None);
        let quick = inputs(&Event::Key(KeyEvent::new(KeyCode::Char('1'), KeyModifiers::ALT)));
        assert_eq!(quick, [Input::Key(Key::Esc), Input::Key(Key::Char('1'))]);
    }
}
