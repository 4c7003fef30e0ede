//! Find users: by id, by name or address, or page by page through all of them.

mod filters;
mod window;

pub use filters::Filters;
pub use window::Window;

use self::filters::Prepared;
use self::window::Size;
use super::guards::authenticated;
use super::{Caller, Identity};
use crate::account::{AccountId, Profile};
use crate::app::App;
use crate::error::{Denial, Error, Result};
use crate::settings::UsersAccess;
use crate::store::accounts::Identifier;
use crate::store::users::{Position, Span};

/// A page with filters examines at least this many users before it gives up filling itself.
const EXAMINED: usize = 500;

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
            // Skipped one by one: what takes none would not skip either.
            let _skipped = matching.by_ref().take(skip).count();
            page.users = matching.by_ref().take(first).collect();
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
