//! A cashier before a terminal that is not there: the real program in a pseudo-terminal, its screen read as text.

#![expect(
    dead_code,
    reason = "several test binaries include this file, and none uses all of it"
)]
#![expect(clippy::unwrap_used, reason = "test helpers")]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;
use vt100::Parser;

/// How long words may take to appear. A test that waits so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_millis(20);

pub const ENTER: &str = "\r";
pub const ESC: &str = "\x1b";
pub const DELETE: &str = "\x1b[3~";
pub const F2: &str = "\x1bOQ";
pub const F5: &str = "\x1b[15~";
pub const F8: &str = "\x1b[19~";

/// A window with a program in it.
pub struct Window {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    screen: Arc<Mutex<Parser>>,
    raw: Arc<Mutex<Vec<u8>>>,
}

impl Window {
    /// Opens a window of 80 by 24 and starts the program in it, with nothing in its environment but `env`.
    pub fn open(program: &Path, args: &[&str], env: &[(&str, &str)]) -> Self {
        let size = PtySize {
            rows: 24,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        for (name, value) in env {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(Parser::new(24, 80, 0)));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let mut output = pair.master.try_clone_reader().unwrap();
        let (seen, all) = (Arc::clone(&screen), Arc::clone(&raw));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                seen.lock().unwrap().process(&bytes[..count]);
                all.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        Self {
            keyboard: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            screen,
            raw,
        }
    }

    /// What is to be seen.
    pub fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Types as a person or a scanner does.
    pub fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits until the words are to be seen; line breaks of the screen do not count.
    pub fn wait_for(&mut self, words: &str) -> String {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut waited = Duration::ZERO;
        loop {
            let text = self.text();
            if flat(&text).contains(words) {
                return text;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(
                waited < PATIENCE && ended.is_none(),
                "waited for `{words}`, and saw (ended: {ended:?}):\n{text}"
            );
            sleep(LOOK);
            waited += LOOK;
        }
    }

    /// Gives the window another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.screen.lock().unwrap().screen_mut().set_size(rows, columns);
        self.master.resize(size).unwrap();
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// The power goes.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for the end: the exit code, and whether the terminal was given back.
    pub fn ended(&mut self) -> (u32, bool) {
        let mut waited = Duration::ZERO;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(waited < PATIENCE, "it has not ended:\n{}", self.text());
            sleep(LOOK);
            waited += LOOK;
        };
        let has = |code: &str| {
            let raw = self.raw.lock().unwrap();
            raw.windows(code.len()).any(|window| window == code.as_bytes())
        };
        let mut waited = Duration::ZERO;
        // The last bytes may still be on their way.
        while !has("\x1b[?1049l") && waited < Duration::from_secs(5) {
            sleep(LOOK);
            waited += LOOK;
        }
        (status.exit_code(), has("\x1b[?1049l") && has("\x1b[?25h"))
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
