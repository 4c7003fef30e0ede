//! Reads variables, collects what is wrong with them, and goes on. The settings of a section read
//! themselves with it, in the file of the section.

use std::time::Duration;

use super::table::{REQUIRED, TABLE};
use super::{Rate, values};

pub(super) struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    pub(super) faults: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            variable,
            faults: Vec::new(),
        }
    }

    pub(super) fn into_faults(self) -> Vec<String> {
        self.faults
    }

    pub(super) fn fault(&mut self, name: &str, reason: &str) {
        self.faults
            .push(format!("invalid setting {name}: {reason}"));
    }

    pub(super) fn missing(&mut self, name: &str, what: &str) {
        self.fault(name, &format!("it is missing; write {what}"));
    }

    /// The variable without white space around it; an empty one counts as not set.
    pub(super) fn given(&self, name: &str) -> Option<String> {
        let value = (self.variable)(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    fn given_or_default(&self, name: &str) -> Option<String> {
        self.given(name).or_else(|| {
            let row = TABLE.iter().find(|row| row.name == name);
            let default = row
                .expect("every setting that is read is in the table")
                .default;
            (!default.is_empty() && default != REQUIRED).then(|| default.to_owned())
        })
    }

    pub(super) fn parsed<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.given_or_default(name)?;
        parse(&text)
            .map_err(|reason| self.fault(name, &reason))
            .ok()
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.parsed(name, values::flag).unwrap_or_default()
    }

    pub(super) fn duration(&mut self, name: &str) -> Duration {
        self.parsed(name, values::duration).unwrap_or_default()
    }

    pub(super) fn duration_or_zero(&mut self, name: &str) -> Duration {
        self.parsed(name, values::duration_or_zero)
            .unwrap_or_default()
    }

    pub(super) fn rate(&mut self, name: &str) -> Option<Rate> {
        self.parsed(name, values::rate).flatten()
    }

    pub(super) fn int(&mut self, name: &str, least: u32, most: u32) -> u32 {
        self.parsed(name, |text| values::int(text, least, most))
            .unwrap_or_default()
    }

    pub(super) fn list<T: Copy + PartialEq>(
        &mut self,
        name: &str,
        choices: &[(&str, T)],
    ) -> Vec<T> {
        self.parsed(name, |text| values::list(text, choices))
            .unwrap_or_default()
    }
}
