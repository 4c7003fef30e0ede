//! Tells at a terminal how far a measurement is.

use std::io::IsTerminal;

/// How many steps of how many are done.
pub struct Progress {
    what: String,
    steps: usize,
    done: usize,
}

impl Progress {
    /// Begins something of so many steps.
    pub fn of(what: impl Into<String>, steps: usize) -> Self {
        let what = what.into();
        eprintln!("  {what} ...");
        Self {
            what,
            steps,
            done: 0,
        }
    }

    /// One step is done.
    pub fn step(&mut self) {
        self.done += 1;
        if std::io::stderr().is_terminal() {
            let end = if self.done == self.steps { "\n" } else { "" };
            eprint!("\r  {}: {} of {}{end}", self.what, self.done, self.steps);
        }
    }
}
