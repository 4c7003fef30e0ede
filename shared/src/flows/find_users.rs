//! Find users: by id, by name or address, or page by page through all of them.

use super::guards::authenticated;
use super::{Caller, Identity};
use crate::account::{AccountId, Profile};
use crate::app::App;
use crate::email_address;
use crate::error::{Denial, Error, Result};
use crate::settings::UsersAccess;
use crate::store::accounts::Identifier;
use crate::store::users::{Direction, Position, Span};
use crate::username;

/// The most that `offset` may skip.
const MOST_SKIPPED: i64 = 1_000;

/// A page with filters examines at least this many users before it gives up filling itself.
const EXAMINED: usize = 500;

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

/// Which part of the list.
#[derive(Default)]
pub struct Window {
    /// Skip this many.
    pub offset: Option<i64>,
    /// End in front of this position.
    pub before: Option<Position>,
    /// Begin behind this position.
    pub after: Option<Position>,
    /// Keep the first so many.
    pub first: Option<i64>,
    /// Of those, keep the last so many.
    pub last: Option<i64>,
}

/// A page of users, oldest first.
#[derive(Default)]
pub struct Page {
    /// The users.
    pub users: Vec<Profile>,
    /// Whether more follow; computed when reading forwards.
    pub has_next: bool,
    /// Whether more precede; computed when `last` is given.
    pub has_previous: bool,
    /// Where the page begins.
    pub start: Option<Position>,
    /// Where it ends: its last user, or the last one examined.
    pub end: Option<Position>,
}

/// Whether the caller may look at users at all.
///
/// # Errors
/// `Unauthenticated` or `Forbidden`, as USERS_QUERY_ACCESS says.
pub async fn may_find_users(app: &App, identity: Option<Identity>) -> Result<()> {
    let access = app.settings.accounts.users_access;
    match access {
        UsersAccess::Public => return Ok(()),
        UsersAccess::Off => return Err(Error::Denied(Denial::Forbidden)),
        UsersAccess::Authenticated | UsersAccess::Staff => {}
    }
    let Some(account) = authenticated(app, identity).await? else {
        return Err(Error::Denied(Denial::Unauthenticated));
    };
    if access == UsersAccess::Staff && !account.profile.staff {
        return Err(Error::Denied(Denial::Forbidden));
    }
    Ok(())
}

/// One user by id, in any state.
///
/// # Errors
/// Those of [`may_find_users`].
pub async fn find_user(
    app: &App,
    caller: &Caller,
    id: Option<AccountId>,
) -> Result<Option<Profile>> {
    may_find_users(app, caller.identity).await?;
    let Some(id) = id else { return Ok(None) };
    Ok(app.store.account(id).await?.map(|account| account.profile))
}

/// A page of the users that match.
///
/// # Errors
/// Those of [`may_find_users`], and `BadInput` for a window that makes no sense.
pub async fn find_users(
    app: &App,
    caller: &Caller,
    filters: &Filters,
    window: &Window,
) -> Result<Page> {
    may_find_users(app, caller.identity).await?;
    let size = Size::judge(window, i64::from(app.settings.accounts.users_page_limit))?;
    let filters = Prepared::from(filters);
    let span = Span {
        after: window.after.clone(),
        before: window.before.clone(),
    };
    if let (Some(after), Some(before)) = (&span.after, &span.before)
        && after >= before
    {
        return Ok(Page::default());
    }
    let source = match filters.exact() {
        Some(identifier) => one(app, &identifier, &span).await?,
        None => many(app, &filters, &span, &size).await?,
    };
    Ok(page(source, &filters, &size))
}

/// How much of the list, judged.
enum Size {
    /// Skip, keep the first, of that the last.
    Forward {
        skip: usize,
        first: usize,
        last: Option<usize>,
    },
    /// Keep the last, reading from the end.
    Backward { last: usize },
}

impl Size {
    fn judge(window: &Window, limit: i64) -> Result<Self> {
        let bad = |message: String| Err(Error::Denied(Denial::BadInput(message)));
        let (first, last, offset) = (window.first, window.last, window.offset);
        if [first, last, offset]
            .into_iter()
            .flatten()
            .any(|number| number < 0)
        {
            return bad("Negative indexing is not supported.".to_owned());
        }
        for (name, number) in [("first", first), ("last", last)] {
            if let Some(number) = number.filter(|number| *number > limit) {
                return bad(format!(
                    "Requesting {number} records on the `users` connection exceeds the `{name}` limit of {limit} records."
                ));
            }
        }
        if offset.is_some() && window.before.is_some() {
            return bad("You can't provide a `before` value at the same time as an `offset` value to properly paginate the `users` connection.".to_owned());
        }
        if offset.is_some() && last.is_some() && first.is_none() {
            return bad("Using 'last' together with 'offset' requires 'first'.".to_owned());
        }
        if let Some(number) = offset.filter(|number| *number > MOST_SKIPPED) {
            return bad(format!(
                "Requesting an offset of {number} on the `users` connection exceeds the limit of {MOST_SKIPPED}."
            ));
        }
        let count = |number: i64| usize::try_from(number).unwrap_or_default();
        Ok(match (first, last) {
            (None, Some(last)) => Self::Backward { last: count(last) },
            (first, last) => Self::Forward {
                skip: count(offset.unwrap_or_default()),
                first: count(first.unwrap_or(limit)),
                last: last.map(count),
            },
        })
    }

    fn direction(&self) -> Direction {
        match self {
            Self::Forward { .. } => Direction::Forward,
            Self::Backward { .. } => Direction::Backward,
        }
    }

    /// How many users must be seen to know the page, and whether more follow.
    fn needed(&self) -> usize {
        match self {
            Self::Forward { skip, first, .. } => skip + first + 1,
            Self::Backward { last } => last + 1,
        }
    }
}

/// Filters in comparison form.
struct Prepared {
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
    fn exact(&self) -> Option<Identifier> {
        let email = self.email.as_ref().or(self.secondary_email.as_ref());
        let email = email.map(|form| Identifier::Email(form.clone()));
        email.or_else(|| {
            self.username
                .as_ref()
                .map(|form| Identifier::Username(form.clone()))
        })
    }

    fn are_none(&self) -> bool {
        self.username_contains.is_none()
            && self.username_starts_with.is_none()
            && self.is_active.is_none()
            && self.archived.is_none()
            && self.verified.is_none()
    }

    fn match_user(&self, user: &Profile) -> bool {
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

/// Users in the order of reading, and whether there are more behind them.
struct Source {
    users: Vec<Profile>,
    has_more: bool,
}

async fn one(app: &App, identifier: &Identifier, span: &Span) -> Result<Source> {
    let account = app.store.account_named(identifier).await?;
    let is_inside = |user: &Profile| {
        let position = Position::of(user);
        span.after.as_ref().is_none_or(|after| position > *after)
            && span.before.as_ref().is_none_or(|before| position < *before)
    };
    let user = account.map(|account| account.profile).filter(is_inside);
    Ok(Source {
        users: user.into_iter().collect(),
        has_more: false,
    })
}

async fn many(app: &App, filters: &Prepared, span: &Span, size: &Size) -> Result<Source> {
    let needed = size.needed();
    let limit = if filters.are_none() {
        needed
    } else {
        needed.max(EXAMINED)
    };
    let stretch = app.store.stretch(span, size.direction(), limit).await?;
    Ok(Source {
        users: stretch.profiles,
        has_more: stretch.has_more,
    })
}

fn page(source: Source, filters: &Prepared, size: &Size) -> Page {
    let examined_to = source.users.last().map(Position::of);
    let mut matching = source
        .users
        .into_iter()
        .filter(|user| filters.match_user(user));
    let mut page = Page::default();
    match *size {
        Size::Forward { skip, first, last } => {
            page.users = matching.by_ref().skip(skip).take(first).collect();
            let is_full = page.users.len() == first;
            page.has_next = source.has_more || (is_full && matching.next().is_some());
            let drop = page.users.len().saturating_sub(last.unwrap_or(usize::MAX));
            page.users.drain(..drop);
            page.has_previous = drop > 0;
            page.end = page.users.last().map(Position::of);
            if !is_full && source.has_more {
                page.end = examined_to;
            }
            page.start = page.users.first().map(Position::of);
        }
        Size::Backward { last } => {
            page.users = matching.by_ref().take(last).collect();
            let is_full = page.users.len() == last;
            page.has_previous = source.has_more || (is_full && matching.next().is_some());
            page.users.reverse();
            page.start = page.users.first().map(Position::of);
            if !is_full && source.has_more {
                page.start = examined_to;
            }
            page.end = page.users.last().map(Position::of);
        }
    }
    page
}
