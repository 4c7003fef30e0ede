//! What time it is. Injected, so that tests change it instead of waiting.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

/// A source of time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The clock of the machine.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    /// A clock of one's own.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time now, in whole microseconds, as everything is stored and shown.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let micros = (self.0)().as_microsecond();
        Timestamp::from_microsecond(micros).expect("a time cut to microseconds stays in range")
    }
}

/// ISO 8601 with six fractional digits and `+00:00`, the only spelling of a time in this service.
/// It sorts as text.
#[must_use]
pub fn iso(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}

/// A time some duration later; the end of time where that would be past it.
#[must_use]
pub fn later(time: Timestamp, by: Duration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// The spelling of [`iso`] for serde fields.
pub mod as_iso {
    use super::{Timestamp, iso};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes a time.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&iso(*time))
    }

    /// Reads a time.
    ///
    /// # Errors
    /// When the text is no time.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// The spelling of [`iso`] for serde fields that may be missing.
pub mod as_iso_if_any {
    use super::{Timestamp, iso};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes a time, or null.
    ///
    /// # Errors
    /// Those of the serializer.
    #[allow(clippy::ref_option, reason = "serde passes the field by reference")]
    pub fn serialize<S: Serializer>(time: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => to.serialize_str(&iso(*time)),
            None => to.serialize_none(),
        }
    }

    /// Reads a time, or none.
    ///
    /// # Errors
    /// When the text is no time.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(D::Error::custom))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_six_fractional_digits_and_an_offset() {
        let time: Timestamp = "2026-01-31T09:30:00.123456Z".parse().expect("a time");
        assert_eq!(iso(time), "2026-01-31T09:30:00.123456+00:00");
        assert_eq!(
            iso(Timestamp::UNIX_EPOCH),
            "1970-01-01T00:00:00.000000+00:00"
        );
    }
}
