//! What a cashier is told when a place that should show the QR does not.

use crate::Text;

/// A kind of place that shows a QR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutputKind {
    /// A page: the kiosk's or the register's own.
    Screen,
    /// The buyer's graphic display.
    Display,
    /// The receipt printer.
    Tape,
    /// The terminal.
    Terminal,
}

/// What a place failed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutputTask {
    /// To show the QR.
    Show,
    /// To take it away.
    Withdraw,
}

/// Why it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutputFault {
    /// It could not be opened, or the connection broke.
    Unreachable,
    /// It did not take the bytes in time.
    Slow,
    /// No page is open.
    Unwatched,
    /// The output of the program is no terminal.
    NoTerminal,
    /// The window is too small.
    TooSmall,
    /// It cannot draw such a code.
    Undrawable,
}

impl OutputKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Screen, Self::Display, Self::Tape, Self::Terminal];

    const fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Screen => ("Экран для покупателя", "The buyer's screen"),
            Self::Display => ("Дисплей покупателя", "The buyer's display"),
            Self::Tape => ("Чековый принтер", "The receipt printer"),
            Self::Terminal => ("Терминал", "The terminal"),
        }
    }
}

impl OutputFault {
    /// Every fault.
    pub const ALL: [Self; 6] = [
        Self::Unreachable,
        Self::Slow,
        Self::Unwatched,
        Self::NoTerminal,
        Self::TooSmall,
        Self::Undrawable,
    ];

    const fn reason(self) -> (&'static str, &'static str) {
        match self {
            Self::Unreachable => (
                "нет связи. Проверьте питание и кабель.",
                "there is no connection. Check its power and cable.",
            ),
            Self::Slow => (
                "не ответил вовремя. Проверьте бумагу, питание и кабель.",
                "it did not answer in time. Check its paper, power and cable.",
            ),
            Self::Unwatched => (
                "страница не открыта. Откройте её на экране.",
                "its page is not open. Open it on the screen.",
            ),
            Self::NoTerminal => (
                "вывод программы идёт не на экран. Запустите её в окне терминала.",
                "the program does not write to a window. Start it in a terminal.",
            ),
            Self::TooSmall => (
                "окно мало для QR-кода. Увеличьте окно.",
                "the window is too small for the QR code. Enlarge the window.",
            ),
            Self::Undrawable => (
                "этот QR-код на нём не помещается. Покажите код на другом устройстве.",
                "it cannot hold this QR code. Show the code elsewhere.",
            ),
        }
    }
}

/// A warning for the cashier; `place` is where it is connected, empty when that goes without saying.
pub fn output_text(kind: OutputKind, place: &str, task: OutputTask, fault: OutputFault) -> Text {
    let (name, reason) = (kind.name(), fault.reason());
    let place = if place.is_empty() {
        String::new()
    } else {
        format!(" ({place})")
    };
    let task = match task {
        OutputTask::Show => ("QR-код не показан", "the QR code is not shown"),
        OutputTask::Withdraw => (
            "не удалось убрать QR-код, не давайте его оплачивать",
            "the QR code could not be taken away, do not let anybody pay it",
        ),
    };
    Text::new(
        format!("{}{place}: {}: {}", name.0, task.0, reason.0),
        format!("{}{place}: {}: {}", name.1, task.1, reason.1),
    )
}

/// When the QR is shown nowhere, and the payment is therefore cancelled.
pub fn shown_nowhere_text() -> Text {
    Text::new(
        "QR-код негде показать, поэтому оплата отменяется. Исправьте устройства или предложите другой способ оплаты.",
        "There is nowhere to show the QR code, so the payment is being cancelled. Mend the devices or offer another way to pay.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_names_the_device_and_a_remedy() {
        for kind in OutputKind::ALL {
            for fault in OutputFault::ALL {
                for task in [OutputTask::Show, OutputTask::Withdraw] {
                    let text = output_text(kind, "192.168.0.50:9100", task, fault);
                    assert!(text.ru.contains("192.168.0.50:9100") && text.en.contains("192.168.0.50:9100"));
                    assert!(text.ru.ends_with('.') && text.ru.contains(". "), "{}", text.ru);
                    assert!(text.en.ends_with('.') && text.en.contains(". "), "{}", text.en);
                }
            }
        }
        let text = output_text(OutputKind::Tape, "", OutputTask::Show, OutputFault::Slow);
        assert!(text.ru.starts_with("Чековый принтер: QR-код не показан"));
    }
}
