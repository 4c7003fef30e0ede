//! What operators put in place of the built-in mails, read at start-up from the files that settings name.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use super::reader::Reader;

/// The templates of one mail; where there is none, the built-in one is used.
#[derive(Debug, Clone)]
pub struct Templates {
    /// The subject.
    pub subject: Option<String>,
    /// The body, HTML.
    pub body: Option<String>,
}

impl Reader<'_> {
    pub(super) fn template_dir(&mut self) -> Option<PathBuf> {
        self.parsed("EMAIL_TEMPLATE_DIR", directory)
    }

    /// Reads the files that two variables name; `other` is for variables that name none.
    pub(super) fn templates(
        &mut self,
        dir: Option<&Path>,
        [subject, body]: [&str; 2],
        other: Option<&Templates>,
    ) -> Templates {
        let mut read = |name| self.parsed(name, |file| template(dir, file));
        Templates {
            subject: read(subject).unwrap_or_else(|| other?.subject.clone()),
            body: read(body).unwrap_or_else(|| other?.body.clone()),
        }
    }
}

/// A directory that does not exist is like none: the built-in templates are used. One that cannot
/// be used is a mistake.
fn directory(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    // Itself seen from within, since one that may not be entered can be seen from outside.
    match fs::metadata(path.join(".")) {
        Ok(_) => Ok(path),
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(path),
        Err(fault) if fault.kind() == ErrorKind::NotADirectory => Err(format!(
            "{text:?} is not a directory; write the one that has your templates"
        )),
        Err(fault) => Err(format!(
            "{text:?} cannot be entered: {fault}; let the service read it"
        )),
    }
}

/// Reads a file, or nothing where it is not there. A byte order mark is no part of a template.
fn template(dir: Option<&Path>, name: &str) -> Result<Option<String>, String> {
    let is_inside = |part| matches!(part, Component::Normal(_));
    if !Path::new(name).components().all(is_inside) {
        return Err(format!(
            "{name:?} is not a path inside EMAIL_TEMPLATE_DIR; write one like email/subject.txt"
        ));
    }
    let Some(dir) = dir else { return Ok(None) };
    let file = dir.join(name);
    let reason = match fs::read_to_string(&file) {
        Ok(text) => return Ok(Some(text.trim_start_matches('\u{feff}').to_owned())),
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(None),
        Err(fault) if fault.kind() == ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
        Err(fault) => fault.to_string(),
    };
    Err(format!(
        "cannot read {}: {reason}; mend the file, or remove it and the built-in template is used",
        file.display()
    ))
}
