//! One pin-pad for many tasks: the service, the page, a test.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::faults::Fault;
use super::message::{Reply, Request};
use super::terminal::{Begun, Key, Options, Screen, Terminal};
use crate::clock::Clock;

/// How many faults can be planned.
const FAULTS_MAX: usize = 100;
/// How long the terminal waits for the buyer unless the request says, in seconds.
const TIMEOUT_S: u64 = 180;
/// The longest it waits, in seconds.
const TIMEOUT_MAX_S: u64 = 3_600;

/// A pin-pad and its service. Clones share both.
#[derive(Clone)]
pub struct PinPad {
    state: Arc<Mutex<State>>,
    screen: watch::Sender<Screen>,
    clock: Clock,
}

struct State {
    terminal: Terminal,
    faults: VecDeque<Fault>,
    /// Who waits for the operation, and its number.
    waiting: Option<(u64, oneshot::Sender<Reply>)>,
    begun: u64,
    /// The red key is answered with a code.
    cancel_code: bool,
    requests: usize,
}

/// An operation that was begun.
pub(super) enum Started {
    /// It has ended.
    Ended(Reply),
    /// It ends when something happens at the pin-pad.
    Waiting(oneshot::Receiver<Reply>),
}

impl PinPad {
    /// A pin-pad that nobody has used; `clock` tells it the time.
    pub fn new(options: Options, clock: Clock) -> Self {
        let terminal = Terminal::new(options);
        let screen = watch::Sender::new(terminal.screen().clone());
        let state = State {
            terminal,
            faults: VecDeque::new(),
            waiting: None,
            begun: 0,
            cancel_code: false,
            requests: 0,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            screen,
            clock,
        }
    }

    /// What it shows; changes can be waited for.
    pub fn screen(&self) -> watch::Receiver<Screen> {
        self.screen.subscribe()
    }

    /// Waits until it asks for something, and returns what it shows.
    pub async fn asks(&self) -> Screen {
        let mut screen = self.screen();
        let shown = screen
            .wait_for(|screen| !matches!(screen, Screen::Ready { .. }))
            .await;
        // The sender lives as long as this pin-pad.
        shown.map_or(Screen::Ready { last: None }, |screen| screen.clone())
    }

    /// Does something at the pin-pad. What does not fit to its screen does nothing.
    pub fn press(&self, key: Key) {
        let now_us = (self.clock)();
        let mut state = self.lock();
        let reply = state.terminal.press(key, now_us);
        let reply = reply.map(|reply| {
            if key == Key::Cancel && state.cancel_code {
                Reply::Error(15)
            } else {
                reply
            }
        });
        self.finish(&mut state, reply);
    }

    /// Plans a fault for the next request that has none yet.
    pub fn plan(&self, fault: Fault) {
        let mut state = self.lock();
        if state.faults.len() < FAULTS_MAX {
            state.faults.push_back(fault);
        }
    }

    /// How many requests the service has had.
    pub fn requests(&self) -> usize {
        self.lock().requests
    }

    /// What was taken: RRN, kopecks, and how much of it was given back.
    pub fn books(&self) -> Vec<(String, u64, u64)> {
        self.lock().terminal.books()
    }

    /// The fault that strikes this request.
    pub(super) fn take_fault(&self) -> Option<Fault> {
        let mut state = self.lock();
        state.requests += 1;
        let fault = state.faults.pop_front();
        state.cancel_code = fault == Some(Fault::CancelCode);
        fault
    }

    /// Begins what a body asks for.
    pub(super) fn begin(&self, body: &[u8]) -> Started {
        let Some(request) = Request::read(body) else {
            return Started::Ended(Reply::Error(4));
        };
        let now_us = (self.clock)();
        let mut state = self.lock();
        match state.terminal.begin(&request, now_us) {
            Begun::Answer(reply) => {
                self.show(&state);
                Started::Ended(reply)
            }
            Begun::Wait => {
                let (tell, told) = oneshot::channel();
                state.begun += 1;
                let number = state.begun;
                state.waiting = Some((number, tell));
                self.show(&state);
                let seconds = request.timeout_s.unwrap_or(TIMEOUT_S).min(TIMEOUT_MAX_S);
                self.give_up_after(number, Duration::from_secs(seconds));
                Started::Waiting(told)
            }
        }
    }

    fn give_up_after(&self, number: u64, patience: Duration) {
        let pad = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(patience).await;
            let mut state = pad.lock();
            let is_this = state
                .waiting
                .as_ref()
                .is_some_and(|(waiting, _)| *waiting == number);
            if is_this {
                let reply = state.terminal.time_out();
                pad.finish(&mut state, Some(reply));
            }
        });
    }

    /// Tells the service how it ended, if it did. Nobody may be listening any more; the terminal does not mind.
    fn finish(&self, state: &mut State, reply: Option<Reply>) {
        if let Some(reply) = reply
            && let Some((_, tell)) = state.waiting.take()
        {
            let _ = tell.send(reply);
        }
        self.show(state);
    }

    fn show(&self, state: &State) {
        self.screen.send_replace(state.terminal.screen().clone());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
