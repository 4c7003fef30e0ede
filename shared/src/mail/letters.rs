//! stub
use crate::settings::{Mails, SettingsError};
/// s
pub struct Letters;
impl Letters {
    /// s
    /// # Errors
    /// s
    pub fn load(_mails: &Mails) -> Result<Self, SettingsError> {
        Ok(Self)
    }
}
