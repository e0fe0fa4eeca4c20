//! A tree of files, and where its includes lead.

use crate::statement::Form;
use std::path::{Component, Path, PathBuf};

/// A tree of files that include one another: `include file("…")` starts at its root, `include "…"` beside the file that
/// says so. Nothing outside of it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    root: PathBuf,
    alias: Option<&'static str>,
}

impl Folder {
    /// A tree under this folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            alias: None,
        }
    }

    /// The same tree where a leading `name/` of an include stands for the root itself: the product runs one folder
    /// above its tree and calls it `conf`.
    pub fn known_as(mut self, name: &'static str) -> Self {
        self.alias = Some(name);
        self
    }

    /// The root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file that an include in `from` means; none when it lies outside.
    pub(crate) fn resolve(&self, form: Form, target: &str, from: &Path) -> Option<PathBuf> {
        let mut parts: Vec<&std::ffi::OsStr> = Vec::new();
        if form == Form::Bare {
            let inside = from.parent()?.strip_prefix(&self.root).ok()?;
            parts.extend(inside.iter());
        }
        let mut target = Path::new(target);
        if form == Form::File
            && let Some(alias) = self.alias
        {
            target = target.strip_prefix(alias).unwrap_or(target);
        }
        for component in target.components() {
            match component {
                Component::Normal(part) => parts.push(part),
                Component::CurDir => {}
                Component::ParentDir => {
                    parts.pop()?;
                }
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        if parts.is_empty() {
            return None;
        }
        let mut path = self.root.clone();
        path.extend(parts);
        if form == Form::Bare && path.extension().is_none() {
            path.set_extension("conf");
        }
        Some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_start_at_the_root_or_beside_the_file_and_stay_inside() {
        let folder = Folder::new("/t").known_as("conf");
        let from = Path::new("/t/services/payment/payment.conf");
        for (form, target, expected) in [
            (Form::File, "conf/services/x.conf", Some("/t/services/x.conf")),
            (Form::File, "services/x.conf", Some("/t/services/x.conf")),
            (Form::File, "./conf.d/x", Some("/t/conf.d/x")),
            (Form::Bare, "x", Some("/t/services/payment/x.conf")),
            (Form::Bare, "../x.json", Some("/t/services/x.json")),
            (Form::File, "../x", None),
            (Form::File, "conf/a/../../x", None),
            (Form::File, "/etc/passwd", None),
            (Form::File, "conf", None),
            (Form::Bare, "../../../x", None),
        ] {
            assert_eq!(
                folder.resolve(form, target, from),
                expected.map(PathBuf::from),
                "{target}"
            );
        }
        assert_eq!(folder.resolve(Form::Bare, "x", Path::new("/elsewhere/y")), None);
        assert_eq!(
            Folder::new("/t").resolve(Form::File, "conf/x", from),
            Some(PathBuf::from("/t/conf/x"))
        );
    }
}
