//! A file with its includes put in their places. The library could include by itself, but it looks for `file("…")` in
//! the working directory, passes over what is not there in silence, and forgets which line came from which file.

use crate::commas::stray;
use crate::error::{IncludeFault, Problem, SettingsError};
use crate::folder::Folder;
use crate::read_text;
use crate::statement::{Form, Statement, commented, statements};
use crate::woven::Woven;
use hocon::{HoconError, ParseOptions, Token, TokenKind};
use std::path::{Path, PathBuf};

/// How deep includes may nest.
pub const INCLUDE_DEPTH_MAX: usize = 16;
/// The most includes that are followed from one file.
pub const INCLUDES_MAX: usize = 500;
/// The most that is read from one file with all that it includes, in bytes.
pub const TREE_MAX_BYTES: usize = 4 * 1024 * 1024;

/// An include as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// The file that says so.
    pub file: PathBuf,
    /// Its line, counted from 1.
    pub line: usize,
    /// The name, as written.
    pub target: String,
    /// The file that is meant; none when it lies outside of the tree.
    pub path: Option<PathBuf>,
    /// Whether it is followed: not when it stands in a comment.
    pub is_active: bool,
}

/// What was found on the way through one file and its includes.
#[derive(Default)]
pub(crate) struct Weaver<'a> {
    folder: Option<&'a Folder>,
    /// The files by inclusion.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) includes: Vec<Include>,
    pub(crate) faults: Vec<SettingsError>,
    stack: Vec<PathBuf>,
    bytes: usize,
}

impl<'a> Weaver<'a> {
    pub(crate) fn new(folder: &'a Folder) -> Self {
        Self {
            folder: Some(folder),
            ..Self::default()
        }
    }

    /// The file with all that it includes; none when it cannot be read, and then there is a fault that says why.
    pub(crate) fn file(&mut self, path: &Path) -> Option<Woven> {
        let inclusion = self.files.len();
        self.files.push(path.to_owned());
        let text = match read_text(path) {
            Ok(text) => text,
            Err(error) => {
                self.faults.push(error);
                return None;
            }
        };
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > TREE_MAX_BYTES {
            let problem =
                Problem::Unreadable(format!("with it, more than {TREE_MAX_BYTES} bytes are included"));
            self.fault(path, None, problem);
            return None;
        }
        self.stack.push(path.to_owned());
        let woven = self.text(path, text.trim_start_matches('\u{feff}'), inclusion);
        self.stack.pop();
        woven
    }

    fn text(&mut self, path: &Path, text: &str, inclusion: usize) -> Option<Woven> {
        let tokens = match hocon::tokenize(text) {
            Ok(tokens) => tokens,
            Err(error) => {
                self.fault(path, Some(error.line), Problem::Syntax(error.message));
                return None;
            }
        };
        self.note_switched_off(path, text);
        let is_included = inclusion > 0;
        if is_included && first_kind(&tokens) == Some(&TokenKind::LBracket) {
            self.fault(
                path,
                None,
                Problem::Syntax("an included file must be an object in braces, not a list".to_owned()),
            );
            return None;
        }
        let mut cuts = self.stray_commas(path, &tokens);
        cuts.extend(statements(&tokens).into_iter().map(Cut::Include));
        if is_included {
            cuts.extend(root_braces(&tokens));
        }
        cuts.sort_by_key(Cut::first);
        let woven = self.put_together(path, text, &tokens, cuts, inclusion)?;
        if is_included && !self.stands_alone(&woven) {
            return None;
        }
        Some(woven)
    }

    fn put_together(
        &mut self,
        path: &Path,
        text: &str,
        tokens: &[Token],
        cuts: Vec<Cut>,
        inclusion: usize,
    ) -> Option<Woven> {
        let mut woven = Woven::new(inclusion);
        let mut cursor = Cursor::new(text);
        let mut done = 0;
        for cut in cuts {
            let (Some(first), Some(end)) = (tokens.get(cut.first()), tokens.get(cut.end())) else {
                continue;
            };
            let from = cursor.move_to(first.line, first.col);
            let to = cursor.move_to(end.line, end.col);
            if from < done || !text.get(from..)?.starts_with(first.value.as_str()) {
                self.fault(
                    path,
                    Some(first.line),
                    Problem::Syntax("cannot be told from what stands around it".to_owned()),
                );
                return None;
            }
            woven.own(text.get(done..from)?);
            woven.skip(text.get(from..to)?);
            if let Cut::Include(statement) = &cut
                && let Some(included) = self.include(path, first.line, statement)
            {
                woven.splice(&included);
            }
            done = to;
        }
        woven.own(text.get(done..)?);
        Some(woven)
    }

    fn include(&mut self, from: &Path, line: usize, statement: &Statement) -> Option<Woven> {
        let fault = |path: PathBuf, problem| Problem::Include {
            target: statement.target.clone(),
            path,
            problem,
        };
        if statement.form == Form::Other {
            self.fault(from, Some(line), fault(PathBuf::new(), IncludeFault::Unsupported));
            return None;
        }
        let path = self.folder?.resolve(statement.form, &statement.target, from);
        self.includes.push(Include {
            file: from.to_owned(),
            line,
            target: statement.target.clone(),
            path: path.clone(),
            is_active: true,
        });
        let Some(path) = path else {
            self.fault(from, Some(line), fault(PathBuf::new(), IncludeFault::Outside));
            return None;
        };
        let problem = if !path.is_file() {
            Some(IncludeFault::Missing)
        } else if self.stack.contains(&path) {
            Some(IncludeFault::Cycle)
        } else if self.stack.len() >= INCLUDE_DEPTH_MAX {
            Some(IncludeFault::TooDeep)
        } else if self.files.len() > INCLUDES_MAX {
            Some(IncludeFault::TooMany)
        } else {
            None
        };
        match problem {
            Some(problem) => {
                self.fault(from, Some(line), fault(path, problem));
                None
            }
            None => self.file(&path),
        }
    }

    fn note_switched_off(&mut self, path: &Path, text: &str) {
        for (index, line) in text.lines().enumerate() {
            if self.includes.len() >= 2 * INCLUDES_MAX {
                return;
            }
            let Some(statement) = commented(line) else {
                continue;
            };
            let meant = self
                .folder
                .and_then(|folder| folder.resolve(statement.form, &statement.target, path));
            self.includes.push(Include {
                file: path.to_owned(),
                line: index + 1,
                target: statement.target,
                path: meant,
                is_active: false,
            });
        }
    }

    /// Names the commas with nothing before them and takes them out, so that the rest can be read all the same.
    fn stray_commas(&mut self, path: &Path, tokens: &[Token]) -> Vec<Cut> {
        let mut cuts = Vec::new();
        for stray in stray(tokens) {
            let Some(token) = tokens.get(stray.token) else {
                continue;
            };
            let problem = if stray.doubled {
                Problem::DoubleComma
            } else {
                Problem::LeadingComma
            };
            self.fault(path, Some(token.line), problem);
            cuts.push(Cut::Token(stray.token));
        }
        cuts
    }

    /// Whether an included text is right by itself: a missing bracket must not swallow what stands around the include.
    fn stands_alone(&mut self, woven: &Woven) -> bool {
        let options = ParseOptions::defaults().with_resolve_substitutions(false);
        match hocon::parse_string_with_options(woven.text(), options) {
            Ok(_) => true,
            Err(error) => {
                let (line, problem) = match error {
                    HoconError::Parse(error) => (Some(error.line), Problem::Syntax(error.message)),
                    other => (None, Problem::Syntax(other.to_string())),
                };
                self.fault_in(woven, line, problem);
                false
            }
        }
    }

    /// A fault on a line of the woven text.
    pub(crate) fn fault_in(&mut self, woven: &Woven, line: Option<usize>, problem: Problem) {
        let origin = line
            .and_then(|line| woven.origin(line))
            .or_else(|| woven.origin(1));
        let file = origin
            .and_then(|origin| self.files.get(origin.inclusion))
            .cloned()
            .unwrap_or_default();
        let line = line.and(origin).map(|origin| origin.line);
        self.fault(&file, line, problem);
    }

    fn fault(&mut self, file: &Path, line: Option<usize>, problem: Problem) {
        self.faults.push(SettingsError {
            file: file.to_owned(),
            line,
            key: None,
            problem,
        });
    }
}

/// What is taken out of a text.
enum Cut {
    /// One token of one character.
    Token(usize),
    /// An include.
    Include(Statement),
}

impl Cut {
    fn first(&self) -> usize {
        match self {
            Self::Token(token) => *token,
            Self::Include(statement) => statement.first,
        }
    }

    /// The token at which the text goes on.
    fn end(&self) -> usize {
        match self {
            Self::Token(token) => token + 1,
            Self::Include(statement) => statement.end,
        }
    }
}

fn first_kind(tokens: &[Token]) -> Option<&TokenKind> {
    tokens
        .iter()
        .map(|token| &token.kind)
        .find(|kind| **kind != TokenKind::Newline)
}

/// The braces around a whole file: its members go into the braces around the include.
fn root_braces(tokens: &[Token]) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::LBrace => {
                if depth == 0 {
                    cuts.push(Cut::Token(index));
                }
                depth += 1;
            }
            TokenKind::RBrace => {
                depth = match depth {
                    0 => return cuts,
                    1 => {
                        cuts.push(Cut::Token(index));
                        0
                    }
                    deeper => deeper - 1,
                };
            }
            TokenKind::Newline => {}
            // Members without braces around the whole.
            _ if depth == 0 => return cuts,
            _ => {}
        }
    }
    if depth > 0 {
        // Something is not closed; the text is left as it is, and its reader says where.
        cuts.clear();
    }
    cuts
}

/// Turns lines and columns (in characters) into offsets, only ever forwards.
struct Cursor<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
    column: usize,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            offset: 0,
            line: 1,
            column: 1,
        }
    }

    /// The offset of that place, or of the end of its line.
    fn move_to(&mut self, line: usize, column: usize) -> usize {
        for character in self.text.get(self.offset..).unwrap_or_default().chars() {
            if self.line > line || (self.line == line && (self.column >= column || character == '\n')) {
                break;
            }
            self.offset += character.len_utf8();
            if character == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.offset
    }
}
