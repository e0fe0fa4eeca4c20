//! The report "Проверка статического QR-кода": a sticker is scanned and checked; one that no register has is tied to
//! this one, with the bank's terminal number when the bank asks for it.

use super::{Command, Field, Key, LinkStep, Next, Screen, Till, Tone, message};
use crate::till::wording::{same, say, sentences, with};
use domain::{Code, ModuleName};
use protocol::{LinkVerdict, Reply};
use register::RegisterError;
use texts::Text;
use texts::words::till;

impl Till {
    pub(super) fn link_key(&mut self, key: Key, step: LinkStep) -> Screen {
        match step {
            LinkStep::Module => self.link_module_key(key),
            LinkStep::Scan(module, field) => self.link_scan_key(key, module, field),
            LinkStep::Asking { ask, binds, .. } if key == Key::Esc => {
                self.out.push(Command::Stop(ask));
                let what = if binds {
                    till::BINDING_INTERRUPTED
                } else {
                    till::CHECK_INTERRUPTED
                };
                message(
                    Tone::Plain,
                    say(till::INTERRUPTED),
                    vec![say(what)],
                    Next::Reports,
                )
            }
            LinkStep::Asking { .. } => Screen::Link(step),
            LinkStep::Number {
                module,
                scanned,
                field,
                problem,
            } => self.link_number_key(key, module, scanned, field, problem),
        }
    }

    fn link_module_key(&mut self, key: Key) -> Screen {
        let chosen = match key {
            Key::Char(digit) => digit.to_digit(10).and_then(|number| usize::try_from(number).ok()),
            Key::Esc => return Screen::Reports,
            _ => None,
        };
        let module = chosen.and_then(|number| self.setup.link_modules.get(number.checked_sub(1)?));
        Screen::Link(module.map_or(LinkStep::Module, |module| {
            LinkStep::Scan(module.clone(), Field::default())
        }))
    }

    fn link_scan_key(&mut self, key: Key, module: ModuleName, mut field: Field) -> Screen {
        match key {
            Key::Char(character) => field.push(character),
            Key::Backspace => field.pop(),
            Key::Enter if !field.text().is_empty() => {
                let (ask, scanned) = (self.ask_id(), field.text().to_owned());
                self.out
                    .push(Command::LinkCheck(ask, module.clone(), scanned.clone()));
                return Screen::Link(LinkStep::Asking {
                    ask,
                    module,
                    scanned,
                    binds: false,
                });
            }
            Key::Esc => {
                return message(
                    Tone::Plain,
                    say(till::INTERRUPTED),
                    vec![say(till::CHECK_INTERRUPTED)],
                    Next::Reports,
                );
            }
            _ => {}
        }
        Screen::Link(LinkStep::Scan(module, field))
    }

    fn link_number_key(
        &mut self,
        key: Key,
        module: ModuleName,
        scanned: String,
        mut field: Field,
        mut problem: Option<Text>,
    ) -> Screen {
        match key {
            Key::Char(character) => field.push(character),
            Key::Backspace => field.pop(),
            Key::Esc => {
                return message(
                    Tone::Plain,
                    say(till::INTERRUPTED),
                    vec![say(till::NUMBER_INTERRUPTED)],
                    Next::Reports,
                );
            }
            Key::Enter if is_number(field.text()) => {
                let number = field.text().to_owned();
                return self.bind(module, scanned, Some(number));
            }
            Key::Enter => problem = Some(say(till::NUMBER_IS_DIGITS)),
            _ => {}
        }
        Screen::Link(LinkStep::Number {
            module,
            scanned,
            field,
            problem,
        })
    }

    fn bind(&mut self, module: ModuleName, scanned: String, number: Option<String>) -> Screen {
        let ask = self.ask_id();
        self.out
            .push(Command::LinkBind(ask, module.clone(), scanned.clone(), number));
        Screen::Link(LinkStep::Asking {
            ask,
            module,
            scanned,
            binds: true,
        })
    }

    pub(super) fn link_told(&mut self, told: u64, reply: Reply) {
        let Screen::Link(LinkStep::Asking {
            ask,
            module,
            scanned,
            binds,
        }) = &self.screen
        else {
            return;
        };
        if *ask != told || !reply.is_final {
            return;
        }
        let (module, scanned, binds) = (module.clone(), scanned.clone(), *binds);
        let verdict = reply.link.as_ref().map(|link| link.verdict);
        let code = reply.error.as_ref().map(|failure| failure.code);
        self.screen = match (verdict, code) {
            (Some(LinkVerdict::Unassigned | LinkVerdict::NotOurs), _) if !binds => {
                self.bind(module, scanned, None)
            }
            (None, Some(Code::TerminalNumberNeeded)) => Screen::Link(LinkStep::Number {
                module,
                scanned,
                field: Field::default(),
                problem: None,
            }),
            (None, Some(Code::TerminalNumberTaken)) => Screen::Link(LinkStep::Number {
                module,
                scanned,
                field: Field::default(),
                problem: Some(reply.message),
            }),
            _ => report(&reply),
        };
    }

    pub(super) fn link_failed(&mut self, told: u64, error: &RegisterError) {
        let Screen::Link(LinkStep::Asking { ask, binds, .. }) = &self.screen else {
            return;
        };
        if *ask != told {
            return;
        }
        let mut lines = vec![say(match (error, binds) {
            (RegisterError::NotSent { .. } | RegisterError::Settings(_), _) => till::LINK_NOT_SENT,
            (_, true) => till::BINDING_NO_ANSWER,
            (_, false) => till::CHECK_NO_ANSWER,
        })];
        lines.push(same(format!("({error})")));
        self.show(Tone::Bad, say(till::LINK_NO_ANSWER), lines, Next::Reports);
    }
}

/// The result for the cashier.
fn report(reply: &Reply) -> Screen {
    let code = reply.error.as_ref().map(|failure| failure.code);
    let (tone, title, rest) = match (reply.link.as_ref(), code) {
        (Some(link), _) => {
            let id = with(till::LINK_ID, "id", &same(&link.link_id));
            let other = link.other_terminal.as_ref();
            let mut lines = vec![id];
            lines.extend(other.map(|other| with(till::LINK_OTHER_TERMINAL, "terminal", &same(other))));
            let (tone, title) = verdict(link.verdict);
            (tone, say(title), lines)
        }
        (None, Some(Code::NotALink)) => (Tone::Bad, say(till::NOT_A_LINK), vec![]),
        (None, Some(Code::LinkForeign)) => (Tone::Bad, say(till::LINK_FOREIGN), vec![]),
        (None, _) => (Tone::Bad, say(till::LINK_FAILED), vec![]),
    };
    let mut lines = sentences(reply);
    lines.extend(rest);
    message(tone, title, lines, Next::Reports)
}

const fn verdict(verdict: LinkVerdict) -> (Tone, texts::Word) {
    match verdict {
        LinkVerdict::ThisRegister => (Tone::Good, till::LINK_THIS),
        LinkVerdict::BoundNow => (Tone::Good, till::LINK_BOUND),
        LinkVerdict::OtherRegister => (Tone::Bad, till::LINK_OTHER),
        LinkVerdict::Unassigned => (Tone::Bad, till::LINK_UNASSIGNED),
        LinkVerdict::NotOurs => (Tone::Bad, till::LINK_FOREIGN),
    }
}

/// Banks issue numbers of digits.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_digit())
}
