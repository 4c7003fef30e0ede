//! Whom to look for.

use crate::account::Profile;
use crate::email_address;
use crate::store::accounts::Identifier;
use crate::username;

/// Whom to look for. Texts are as typed; an empty one is no filter.
#[derive(Default)]
pub struct Filters {
    /// Equal to the primary address.
    pub email: Option<String>,
    /// Equal to the username.
    pub username: Option<String>,
    /// Part of the username.
    pub username_contains: Option<String>,
    /// Beginning of the username.
    pub username_starts_with: Option<String>,
    /// Whether the account is active.
    pub is_active: Option<bool>,
    /// Whether it is archived.
    pub archived: Option<bool>,
    /// Whether it is verified.
    pub verified: Option<bool>,
    /// Equal to the secondary address.
    pub secondary_email: Option<String>,
}

/// Filters in comparison form.
pub(super) struct Prepared {
    email: Option<String>,
    username: Option<String>,
    username_contains: Option<String>,
    username_starts_with: Option<String>,
    secondary_email: Option<String>,
    is_active: Option<bool>,
    archived: Option<bool>,
    verified: Option<bool>,
}

impl From<&Filters> for Prepared {
    fn from(filters: &Filters) -> Self {
        let given = |text: &Option<String>, form: fn(&str) -> String| {
            text.as_deref().filter(|text| !text.is_empty()).map(form)
        };
        Self {
            email: given(&filters.email, email_address::comparison_form),
            username: given(&filters.username, username::comparison_form),
            username_contains: given(&filters.username_contains, username::comparison_form),
            username_starts_with: given(&filters.username_starts_with, username::comparison_form),
            secondary_email: given(&filters.secondary_email, email_address::comparison_form),
            is_active: filters.is_active,
            archived: filters.archived,
            verified: filters.verified,
        }
    }
}

impl Prepared {
    /// The one user who can match at all, where a filter names one.
    pub(super) fn exact(&self) -> Option<Identifier> {
        let email = self.email.as_ref().or(self.secondary_email.as_ref());
        let email = email.map(|form| Identifier::Email(form.clone()));
        email.or_else(|| {
            self.username
                .as_ref()
                .map(|form| Identifier::Username(form.clone()))
        })
    }

    /// Whether nothing is left out of the list.
    pub(super) fn are_none(&self) -> bool {
        self.username_contains.is_none()
            && self.username_starts_with.is_none()
            && self.is_active.is_none()
            && self.archived.is_none()
            && self.verified.is_none()
    }

    /// Whether a user passes all of them.
    pub(super) fn match_user(&self, user: &Profile) -> bool {
        let same = |wanted: &Option<String>, has: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| has == Some(wanted))
        };
        let is = |wanted: Option<bool>, has: bool| wanted.is_none_or(|wanted| wanted == has);
        let name = user.username_form.as_str();
        same(&self.email, Some(&user.email_form))
            && same(&self.username, Some(name))
            && same(&self.secondary_email, user.secondary_email_form.as_deref())
            && self
                .username_contains
                .as_deref()
                .is_none_or(|part| name.contains(part))
            && self
                .username_starts_with
                .as_deref()
                .is_none_or(|part| name.starts_with(part))
            && is(self.is_active, user.active)
            && is(self.archived, user.archived)
            && is(self.verified, user.verified)
    }
}
