//! The letters that were sent, and what the post office does with the next ones.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::loopback::{Server, bind};
use crate::{Error, ses};

/// As many letters are kept; older ones are forgotten.
const ROOM: usize = 1000;

/// One letter, as it was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// 1 for the first letter of an inbox, and one more for each that follows.
    pub number: u64,
    /// When it was accepted, in milliseconds of unix time.
    pub at: u64,
    /// The recipients.
    pub to: Vec<String>,
    /// The sender, with its display name as it was sent.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The HTML part; empty when there is none.
    pub html: String,
    /// The text part; empty when there is none.
    pub text: String,
    /// Extra headers, name and value.
    pub headers: Vec<(String, String)>,
    /// Tags for the provider, name and value.
    pub tags: Vec<(String, String)>,
}

/// What becomes of a letter that is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// It is accepted and kept.
    Deliver,
    /// 400 `MessageRejected`.
    Refuse,
    /// 400 with an error of SES's by this name.
    RefuseAs(&'static str),
    /// 429 `TooManyRequestsException`.
    Throttle,
    /// 500 with a body that is no JSON.
    Fail,
    /// 200 with a body that is no JSON.
    Babble,
    /// No answer, ever.
    Hang,
    /// The connection is closed without an answer.
    Drop,
    /// It is accepted and kept, but the connection is closed without an answer.
    LoseAnswer,
    /// It is accepted and kept, but the connection is closed in the middle of the answer.
    HalfAnswer,
}

/// An inbox. Clones share their letters.
#[derive(Debug, Clone, Default)]
pub struct Inbox {
    kept: Arc<Mutex<Shelf>>,
    server: Option<Arc<Server>>,
}

#[derive(Debug, Default)]
struct Shelf {
    letters: VecDeque<Letter>,
    last_number: u64,
    file: Option<File>,
    standing: Option<Behaviour>,
    planned: BTreeMap<usize, Behaviour>,
    requests: usize,
}

impl Inbox {
    /// An empty inbox behind an SES endpoint of its own, on a free port.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> Result<Self, Error> {
        let mut inbox = Self::default();
        let server = Server::start(bind(0).await?, ses::routes(inbox.clone()))?;
        inbox.server = Some(Arc::new(server));
        Ok(inbox)
    }

    /// An inbox that is kept in a file, one letter a line. It has no endpoint; [`ses::routes`] gives it one.
    ///
    /// # Errors
    /// When the file can be neither read nor made.
    pub fn kept_in(path: &Path) -> Result<Self, Error> {
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(|cause| {
                Error::because(format!("{} cannot be opened", path.display()), cause)
            })?;
        let mut shelf = Shelf::default();
        for line in BufReader::new(&file).lines() {
            let line = line.map_err(|cause| {
                Error::because(format!("{} cannot be read", path.display()), cause)
            })?;
            // A line cut short by a crash is one letter lost, not a laptop that does not start.
            if let Ok(letter) = serde_json::from_str(&line) {
                shelf.put(letter);
            }
        }
        shelf.file = Some(file);
        Ok(Self {
            kept: Arc::new(Mutex::new(shelf)),
            server: None,
        })
    }

    /// The endpoint, as `AWS_ENDPOINT_URL_SESV2` wants it; empty for an inbox without one of its own.
    #[must_use]
    pub fn url(&self) -> String {
        self.server
            .as_ref()
            .map_or_else(String::new, |server| server.url())
    }

    /// The letters, oldest first.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        self.lock().letters.iter().cloned().collect()
    }

    /// How many letters were handed over since the start or the last [`Inbox::clear`], accepted or not.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.lock().requests
    }

    /// Throws the letters away. What the post office does stays as it is.
    pub fn clear(&self) {
        let mut kept = self.lock();
        kept.letters.clear();
        kept.requests = 0;
        if let Some(file) = &kept.file
            && let Err(cause) = file.set_len(0)
        {
            eprintln!("the kept letters could not be removed: {cause}");
        }
    }

    /// From now on every letter is treated so; earlier plans are forgotten.
    pub fn behave(&self, behaviour: Behaviour) {
        let mut kept = self.lock();
        kept.planned.clear();
        kept.standing = Some(behaviour);
    }

    /// The `nth` letter from now on (1 is the next) is treated so, the others as before.
    pub fn behave_at(&self, nth: usize, behaviour: Behaviour) {
        let mut kept = self.lock();
        kept.planned.insert(nth, behaviour);
    }

    /// What becomes of the letter that has just arrived.
    pub(crate) fn decide(&self) -> Behaviour {
        let mut kept = self.lock();
        kept.requests += 1;
        let now = kept.planned.remove(&1);
        kept.planned = std::mem::take(&mut kept.planned)
            .into_iter()
            .map(|(nth, behaviour)| (nth.saturating_sub(1), behaviour))
            .collect();
        now.or(kept.standing).unwrap_or(Behaviour::Deliver)
    }

    /// Keeps the letter, and gives it its number.
    pub(crate) fn keep(&self, mut letter: Letter) -> u64 {
        let mut kept = self.lock();
        letter.number = kept.last_number + 1;
        let number = letter.number;
        if let Some(file) = &mut kept.file
            && let Err(cause) = write_line(file, &letter)
        {
            eprintln!("letter {number} is shown, but could not be kept: {cause}");
        }
        kept.put(letter);
        number
    }

    fn lock(&self) -> MutexGuard<'_, Shelf> {
        // Nothing is left half-changed by a panic: each change is a single push or store.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn put(&mut self, letter: Letter) {
        self.last_number = self.last_number.max(letter.number);
        self.letters.push_back(letter);
        if self.letters.len() > ROOM {
            self.letters.pop_front();
        }
    }
}

fn write_line(file: &mut File, letter: &Letter) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(letter)?;
    line.push(b'\n');
    file.write_all(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(subject: &str) -> Letter {
        Letter {
            number: 0,
            at: 0,
            to: vec!["ada@example.com".to_owned()],
            from: "latchkey@example.com".to_owned(),
            subject: subject.to_owned(),
            html: String::new(),
            text: String::new(),
            headers: Vec::new(),
            tags: Vec::new(),
        }
    }

    #[test]
    fn kept_letters_are_there_again_and_a_damaged_line_is_passed_over() {
        let file = std::env::temp_dir().join(format!("latchkey-inbox-{}", std::process::id()));
        let inbox = Inbox::kept_in(&file).unwrap();
        inbox.keep(letter("one"));
        inbox.keep(letter("two"));
        std::fs::write(&file, std::fs::read_to_string(&file).unwrap() + "{\"cut\n").unwrap();

        let again = Inbox::kept_in(&file).unwrap();
        assert_eq!(again.keep(letter("three")), 3);
        assert_eq!(again.letters().len(), 3);
        again.clear();
        assert!(Inbox::kept_in(&file).unwrap().letters().is_empty());
        std::fs::remove_file(&file).unwrap();
    }
}
