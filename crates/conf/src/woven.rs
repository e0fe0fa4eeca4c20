//! A text put together from several files that remembers where each line came from.

/// Where a line stands: in which inclusion of which file, and on which line of it, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Index of the inclusion; the file itself is 0.
    pub(crate) inclusion: usize,
    /// Line of that file.
    pub(crate) line: usize,
}

/// The text.
pub(crate) struct Woven {
    text: String,
    origins: Vec<Origin>,
    inclusion: usize,
    line: usize,
}

impl Woven {
    /// Nothing yet, of that inclusion.
    pub(crate) fn new(inclusion: usize) -> Self {
        Self {
            text: String::new(),
            origins: vec![Origin { inclusion, line: 1 }],
            inclusion,
            line: 1,
        }
    }

    /// The file's own text goes on.
    pub(crate) fn own(&mut self, text: &str) {
        for part in text.split_inclusive('\n') {
            self.text.push_str(part);
            if part.ends_with('\n') {
                self.line += 1;
                self.origins.push(self.here());
            }
        }
    }

    /// Passes over own text.
    pub(crate) fn skip(&mut self, text: &str) {
        self.line += text.matches('\n').count();
        self.separate();
    }

    /// Puts another text in between, on lines of its own.
    pub(crate) fn splice(&mut self, other: &Self) {
        self.text.push('\n');
        self.text.push_str(&other.text);
        self.origins.extend_from_slice(&other.origins);
        self.separate();
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Where a line of the text (counted from 1) came from.
    pub(crate) fn origin(&self, line: usize) -> Option<Origin> {
        self.origins.get(line.checked_sub(1)?).copied()
    }

    fn separate(&mut self) {
        self.text.push('\n');
        self.origins.push(self.here());
    }

    fn here(&self) -> Origin {
        Origin {
            inclusion: self.inclusion,
            line: self.line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_knows_where_it_came_from() {
        let mut child = Woven::new(1);
        child.own("x = 1\ny = 2");
        let mut woven = Woven::new(0);
        woven.own("a = 1\nb { ");
        woven.skip("include\n \"c\"");
        woven.splice(&child);
        woven.own(" }\nd = 2");
        assert_eq!(woven.text(), "a = 1\nb { \n\nx = 1\ny = 2\n }\nd = 2");
        let origins: Vec<_> = (1..=7)
            .map(|line| woven.origin(line).unwrap())
            .map(|origin| (origin.inclusion, origin.line))
            .collect();
        assert_eq!(origins, [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (0, 3), (0, 4)]);
        assert_eq!((woven.origin(0), woven.origin(8)), (None, None));
    }
}
