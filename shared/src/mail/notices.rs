//! stub
/// s
#[derive(Clone, Copy)]
pub enum Notice {
    PasswordChanged,
    PasswordReset,
    EmailsSwapped,
    SecondaryEmailRemoved,
    SecondaryEmailAdded,
    AccountArchived,
    AccountDeleted,
}
