//! The receipt printer: its jobs, the newest on top.

use super::paper::{Item, read};
use maud::{Markup, PreEscaped, html};
use std::collections::VecDeque;
use std::fmt::Write;
use texts::words::{Lang, device as words};

/// Jobs that are kept.
const JOBS_MAX: usize = 12;
/// The most bytes of one job.
const JOB_BYTES_MAX: usize = 1 << 20;
/// The page draws two pixels for three dots: paper of 80 mm, 576 dots, is 384 pixels wide.
const PIXELS: usize = 2;
const DOTS: usize = 3;

/// A receipt printer.
#[derive(Debug, Default)]
pub(super) struct Tape {
    /// The bytes of the job that is coming.
    open: Vec<u8>,
    jobs: VecDeque<Vec<Item>>,
}

impl Tape {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        let room = JOB_BYTES_MAX.saturating_sub(self.open.len());
        self.open.extend(bytes.iter().take(room));
    }

    /// The connection is closed: the job is whole.
    pub(super) fn end(&mut self) {
        if self.open.is_empty() {
            return;
        }
        self.jobs.push_front(read(&std::mem::take(&mut self.open)));
        self.jobs.truncate(JOBS_MAX);
    }

    pub(super) fn render(&self, lang: Lang) -> Markup {
        html! {
            div.slot aria-hidden="true" {}
            div.paper data-testid="paper" data-jobs=(self.jobs.len()) {
                @if self.jobs.is_empty() { p.blank { (lang.say(words::NO_JOBS)) } }
                @for job in &self.jobs {
                    article.job { @for item in job { (draw(item, lang)) } }
                }
            }
        }
    }
}

fn draw(item: &Item, lang: Lang) -> Markup {
    html! {
        @match item {
            Item::Line { text, centred } => p.line.centred[*centred] { (text) "\u{200b}" },
            Item::Code { text, module_dots } => @match qr::Matrix::encode(text) {
                Ok(matrix) => {
                    figure.printed data-testid="printed-code" data-text=(text) {
                        (sized(&matrix.svg(), matrix.side_with_quiet_zone() * usize::from(*module_dots)))
                    }
                }
                Err(error) => p.lost { (error) },
            },
            Item::Picture { width, rows } => figure.printed data-testid="printed-picture" { (picture(*width, rows)) },
            Item::Feed(lines) => @for _ in 0..*lines { p.line { "\u{200b}" } },
            Item::Cut => span.cut { },
            Item::Unknown(count) => p.lost { (lang.say(words::LOST_BYTES)) ": " (count) },
        }
    }
}

/// The drawing as wide as so many dots are on this paper.
fn sized(svg: &str, dots: usize) -> Markup {
    let pixels = dots * PIXELS / DOTS;
    let wide = format!("<svg width=\"{pixels}\" height=\"{pixels}\" ");
    PreEscaped(svg.replacen("<svg ", &wide, 1))
}

fn picture(width: usize, rows: &[u8]) -> Markup {
    let row_bytes = (width / 8).max(1);
    let mut path = String::new();
    for (y, row) in rows.chunks(row_bytes).enumerate() {
        let mut x = 0;
        let black = |x: usize| row.get(x / 8).is_some_and(|byte| byte & (0x80 >> (x % 8)) != 0);
        while x < width {
            let start = x;
            while x < width && black(x) {
                x += 1;
            }
            if x > start {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{start} {y}h{}v1H{start}z", x - start);
            }
            x += 1;
        }
    }
    let height = rows.len() / row_bytes;
    html! {
        svg width=(width * PIXELS / DOTS) height=(height * PIXELS / DOTS) viewBox={ "0 0 " (width) " " (height) }
            shape-rendering="crispEdges" { path d=(path) {} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_shown_when_it_is_whole_and_the_newest_is_on_top() {
        let mut tape = Tape::default();
        assert!(tape.render(Lang::En).0.contains("data-jobs=\"0\""));
        tape.feed(b"first");
        assert!(!tape.render(Lang::Ru).0.contains("first"));
        tape.end();
        tape.end();
        tape.feed(b"<b>second");
        tape.end();
        let page = tape.render(Lang::Ru).0;
        assert!(page.find("&lt;b&gt;second").unwrap() < page.find("first").unwrap());
        assert!(page.contains("data-jobs=\"2\""));
        for _ in 0..20 {
            tape.feed(b"x");
            tape.end();
        }
        assert_eq!(tape.jobs.len(), JOBS_MAX);
    }

    #[test]
    fn a_picture_is_drawn_dot_by_dot() {
        let drawn = picture(16, &[0b1100_0000, 0b0000_0001, 0, 0xFF]).0;
        assert!(drawn.contains("M0 0h2v1H0zM15 0h1v1H15zM8 1h8v1H8z"), "{drawn}");
        assert!(drawn.contains("viewBox=\"0 0 16 2\""));
    }
}
