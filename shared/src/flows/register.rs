//! Register: make an account and send its activation mail.

use futures::future::try_join_all;

use super::TokensWanted;
use super::captcha::{CaptchaAnswer, check_captcha};
use crate::account::Account;
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::{Field, Refusal, Refusals, Result, log_fault};
use crate::event::{self, Happened};
use crate::limits;
use crate::mail::letters::Kind;
use crate::names::PersonName;
use crate::network::Client;
use crate::password::Password;
use crate::password::form::{Pair, check_fields, check_strength};
use crate::password::strength::About;
use crate::patience;
use crate::store::accounts::Identifier;
use crate::store::sessions::Session;
use crate::store::transactions::Created;
use crate::token::mailed::Action;
use crate::token::{access, refresh};
use crate::username::{Username, UsernameField};

/// What somebody fills in.
pub struct Registration {
    /// E-mail address.
    pub email: String,
    /// Username.
    pub username: String,
    /// First name, if asked for.
    pub first_name: Option<String>,
    /// Last name, if asked for.
    pub last_name: Option<String>,
    /// The password twice; none where accounts are made without one.
    pub passwords: Option<(Password, Password)>,
    /// The answer to a captcha, where one is due.
    pub captcha: Option<CaptchaAnswer>,
}

/// What somebody gets: tokens, when unverified users may log in.
pub struct Registered {
    /// An access token.
    pub access: Option<access::Issued>,
    /// A refresh token.
    pub refresh: Option<refresh::Issued>,
}

/// Makes an account and sends its mails. If a mail cannot be handed over, or the store does not
/// tell whether the account was made, nothing stays.
///
/// # Errors
/// The captcha's; every error of the form at once; a name or address that is taken; `TooManyTries`;
/// `EmailFail`.
pub async fn register(
    app: &App,
    client: &Client,
    form: &Registration,
    wanted: TokensWanted,
) -> Result<Registered> {
    check_captcha(app, form.captcha.as_ref()).await?;
    let mut refusals = Refusals::default();
    let fields = Fields::read(app, form, &mut refusals);
    limits::take_registration(app, client.network).await?;
    let (username, weak) = judge_username_and_strength(app, form, &fields, &mut refusals);
    let (Some(username), Some(email), true) = (
        &username,
        &fields.email,
        refusals.is_empty() && weak.is_empty(),
    ) else {
        return Err(all_errors(app, username, refusals, weak)
            .await?
            .into_error());
    };

    let mut account = Account::new(username, email, app.clock.now());
    account.profile.first_name = fields.first_name;
    account.profile.last_name = fields.last_name;
    if let Some((_, second)) = &form.passwords {
        account.password_hash = Some(app.hasher.hash(second).await?);
    }
    let gets_tokens = app.settings.accounts.allow_login_not_verified
        && form.passwords.is_some()
        && wanted != TokensWanted::None;
    let session = (gets_tokens && wanted.has_refresh())
        .then(|| app.new_session(account.id(), account.epoch, client))
        .flatten();
    let (session, refresh) = session.unzip();
    let created = app.store.create(&account, session.as_ref()).await;
    if created.is_err() {
        // The account may be there all the same, and nobody would ever write to its owner.
        undo(app, &account, session.as_ref()).await;
    }
    match created? {
        Created::UsernameTaken => return Err(Refusal::UsernameTaken.under(Field::Username)),
        Created::EmailTaken => return Err(Refusal::EmailTaken.under(Field::Email)),
        Created::Done => {}
    }

    if let Err(error) = send_mails(app, &account, email).await {
        undo(app, &account, session.as_ref()).await;
        return Err(error);
    }
    event::happened(Happened::UserRegistered, account.id());
    if !gets_tokens {
        return Ok(Registered {
            access: None,
            refresh: None,
        });
    }
    let access = app.access.issue(&account, app.clock.now(), None)?;
    event::token_issued(account.id(), &access.claims.jti);
    Ok(Registered {
        access: Some(access),
        refresh,
    })
}

/// The fields that passed their own checks.
struct Fields {
    email: Option<EmailAddress>,
    username: Option<UsernameField>,
    first_name: String,
    last_name: String,
}

impl Fields {
    fn read(app: &App, form: &Registration, refusals: &mut Refusals) -> Self {
        let email = field(refusals, Field::Email, EmailAddress::parse(&form.email));
        let username = field(
            refusals,
            Field::Username,
            UsernameField::parse(&form.username),
        );
        let first_name = name(app, refusals, Field::FirstName, form.first_name.as_deref());
        let last_name = name(app, refusals, Field::LastName, form.last_name.as_deref());
        if let Some((first, second)) = &form.passwords {
            check_fields(
                (first.expose(), second.expose()),
                Pair::REGISTRATION,
                refusals,
            );
        }
        Self {
            email,
            username,
            first_name,
            last_name,
        }
    }
}

fn field<T>(refusals: &mut Refusals, field: Field, parsed: Result<T, Vec<Refusal>>) -> Option<T> {
    parsed.map_err(|wrong| refusals.extend(field, wrong)).ok()
}

fn name(app: &App, refusals: &mut Refusals, field: Field, text: Option<&str>) -> String {
    let is_required = app.settings.accounts.register_fields.contains(&field);
    match PersonName::parse(text.unwrap_or_default()) {
        Ok(name) if is_required && name.stored().is_empty() => {
            refusals.push(field, Refusal::Required);
            String::new()
        }
        Ok(name) => name.stored().to_owned(),
        Err(wrong) => {
            refusals.extend(field, wrong);
            String::new()
        }
    }
}

/// The username's characters, then the strength of the password. What is weak is told last.
fn judge_username_and_strength(
    app: &App,
    form: &Registration,
    fields: &Fields,
    refusals: &mut Refusals,
) -> (Option<Username>, Refusals) {
    let mut weak = Refusals::default();
    if let Some((_, second)) = &form.passwords
        && !refusals.has(Field::Password2)
    {
        let about = About {
            username: fields.username.as_ref().map(UsernameField::text),
            first_name: Some(&fields.first_name),
            last_name: Some(&fields.last_name),
            email: fields.email.as_ref().map(EmailAddress::stored),
        };
        let checks = &app.settings.accounts.password_checks;
        check_strength(
            second.expose(),
            Pair::REGISTRATION,
            &about,
            checks,
            &mut weak,
        );
    }
    let username = fields.username.clone().and_then(|username| {
        username
            .into_username()
            .map_err(|wrong| refusals.push(Field::Username, wrong))
            .ok()
    });
    (username, weak)
}

/// All that is wrong with a form, whether its username is taken among it.
async fn all_errors(
    app: &App,
    username: Option<Username>,
    mut refusals: Refusals,
    weak: Refusals,
) -> Result<Refusals> {
    if let Some(username) = username {
        let identifier = Identifier::Username(username.form().to_owned());
        if app.store.owner(&identifier).await?.is_some() {
            refusals.push(Field::Username, Refusal::UsernameTaken);
        }
    }
    refusals.append(weak);
    Ok(refusals)
}

async fn send_mails(app: &App, account: &Account, email: &EmailAddress) -> Result<()> {
    let settings = &app.settings.accounts;
    let mut letters = Vec::new();
    if settings.send_activation_email {
        let email_form = email.form().to_owned();
        letters.push((Kind::Activation, Action::Activation { email_form }));
    }
    if settings.send_password_set_email && account.password_hash.is_none() {
        letters.push((Kind::PasswordSet, Action::PasswordSet));
    }
    let sent = letters
        .into_iter()
        .map(|(kind, action)| app.send_link(kind, action, account, email));
    try_join_all(sent).await?;
    Ok(())
}

async fn undo(app: &App, account: &Account, session: Option<&Session>) {
    match patience::of_undoing(app.store.undo_create(account, session)).await {
        Ok(true) => {}
        Ok(false) => {
            tracing::warn!(user_id = %account.id(), "a registration was not undone: it is verified already, or was never stored");
        }
        Err(fault) => log_fault("undoing a registration", &fault),
    }
}
