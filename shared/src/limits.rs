//! How much guessing and mailing is too much. Counters live in DynamoDB, under keyed digests, so
//! that known and unknown names behave alike and nothing can be read from a copy.

use std::time::Duration;

use futures::future::join_all;
use futures::{join, try_join};
use jiff::Timestamp;

use crate::account::AccountId;
use crate::app::App;
use crate::error::{Error, Refusal, Result, log_fault};
use crate::event;
use crate::network::Network;
use crate::patience;
use crate::settings::Rate;
use crate::store::accounts::Identifier;
use crate::store::challenges::{Counter, LookUp, window};

/// For how long a network stays familiar, in seconds. Renewed at most once a day, so that logging in again costs
/// no write.
const FAMILIAR: i64 = 90 * 86_400;
const RENEWED_BEFORE_END: i64 = FAMILIAR - 86_400;

/// Whom a try is about: what was typed at a login, or the account whose act is confirmed.
pub enum Tried<'a> {
    /// A name or address, whether anybody has it or not.
    Login(&'a Identifier),
    /// An account.
    Account(AccountId),
}

impl Tried<'_> {
    fn key(&self) -> String {
        match self {
            Self::Login(identifier) => identifier.pk(),
            Self::Account(id) => format!("account#{id}"),
        }
    }

    fn identifier(&self) -> Option<&Identifier> {
        match self {
            Self::Login(identifier) => Some(identifier),
            Self::Account(_) => None,
        }
    }
}

/// One look at a password, and what it is counted under. A limit that is off has no counter.
pub struct Try {
    pair: Option<Counter>,
    identifier: Option<Counter>,
    network: Option<Counter>,
    familiar: String,
    is_familiar: bool,
    renews: bool,
    now: Timestamp,
}

/// Whether a password may be looked at.
pub enum Begun {
    /// It may; with whose the identifier is.
    Allowed(Try, Option<AccountId>),
    /// A limit is reached.
    Refused,
}

impl Try {
    /// Takes a try before the password is looked at, side by side with the look-ups.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn begin(app: &App, tried: Tried<'_>, from: Network) -> anyhow::Result<Begun> {
        let mut this = Self::new(app, &tried, from);
        let counters = this.looked_up();
        let counters: Vec<_> = counters.iter().map(String::as_str).collect();
        let (is_taken, found) = join!(
            this.take(app),
            app.store.look_up(tried.identifier(), &counters),
        );
        if !is_taken? {
            event::limit_reached("THROTTLE_LOGIN");
            return Ok(Begun::Refused);
        }
        let found = match found {
            Ok(found) => found,
            Err(fault) => {
                this.abandoned(app).await;
                return Err(fault);
            }
        };
        let familiar_until = found.expiry(&this.familiar).unwrap_or_default();
        let now = this.now.as_second();
        this.is_familiar = familiar_until > now;
        this.renews = familiar_until - RENEWED_BEFORE_END <= now;
        if let Some(setting) = this.wider_limit_reached(app, &found) {
            event::limit_reached(setting);
            this.abandoned(app).await;
            return Ok(Begun::Refused);
        }
        Ok(Begun::Allowed(this, found.owner))
    }

    fn new(app: &App, tried: &Tried<'_>, from: Network) -> Self {
        let now = app.clock.now();
        let limits = &app.settings.limits;
        let (who, network) = (tried.key(), from.key());
        let counter = |rate: Option<Rate>, parts: &[&str]| {
            rate.map(|rate| counter("tries", rate, now, &app.keys.digest(parts)))
        };
        Self {
            pair: counter(limits.login, &["pair", &who, &network]),
            identifier: counter(limits.login_identifier, &["identifier", &who]),
            network: counter(limits.login_network, &["network", &network]),
            familiar: format!(
                "familiar#{}",
                app.keys.digest(&["familiar", &who, &network])
            ),
            is_familiar: false,
            renews: true,
            now,
        }
    }

    /// Familiarity matters to the two wider limits only.
    fn has_wider_limits(&self) -> bool {
        self.identifier.is_some() || self.network.is_some()
    }

    fn looked_up(&self) -> Vec<String> {
        let familiar = self.has_wider_limits().then(|| self.familiar.clone());
        let wider = [&self.identifier, &self.network].into_iter().flatten();
        familiar
            .into_iter()
            .chain(wider.map(|counter| counter.pk.clone()))
            .collect()
    }

    async fn take(&self, app: &App) -> anyhow::Result<bool> {
        match (&self.pair, app.settings.limits.login) {
            (Some(pair), Some(rate)) => app.store.take(pair, rate.count).await,
            _ => Ok(true),
        }
    }

    fn wider_limit_reached(&self, app: &App, found: &LookUp) -> Option<&'static str> {
        let limits = &app.settings.limits;
        let is_reached = |counter: &Option<Counter>, rate: Option<Rate>| match (counter, rate) {
            (Some(counter), Some(rate)) => found.count(counter) >= rate.count,
            _ => false,
        };
        if self.is_familiar {
            None
        } else if is_reached(&self.identifier, limits.login_identifier) {
            Some("THROTTLE_LOGIN_IDENTIFIER")
        } else if is_reached(&self.network, limits.login_network) {
            Some("THROTTLE_LOGIN_NETWORK")
        } else {
            None
        }
    }

    /// The password was not looked at after all: gives the try back. The answer is the same even if
    /// that cannot be noted.
    pub async fn abandoned(&self, app: &App) {
        let Some(pair) = &self.pair else { return };
        let noted = patience::of_undoing(app.store.give_back(pair)).await;
        noted.unwrap_or_else(|fault| log_fault("giving back a try", &fault));
    }

    /// The password was right: forgets the counter, and makes the network familiar. The act goes
    /// on even if that cannot be noted.
    pub async fn succeeded(&self, app: &App) {
        let clear = async {
            match &self.pair {
                Some(pair) => app.store.clear(pair).await,
                None => Ok(()),
            }
        };
        let mark = async {
            if self.has_wider_limits() && self.renews {
                app.store
                    .mark(&self.familiar, self.now.as_second() + FAMILIAR)
                    .await
            } else {
                Ok(())
            }
        };
        for noted in <[_; 2]>::from(join!(clear, mark)) {
            noted.unwrap_or_else(|fault| log_fault("noting a right password", &fault));
        }
    }

    /// The password was wrong: raises the two wider counters. The answer is the same even if that
    /// cannot be noted.
    pub async fn failed(&self, app: &App) {
        let stranger = self.identifier.as_ref().filter(|_| !self.is_familiar);
        let raised = stranger.into_iter().chain(&self.network);
        for noted in join_all(raised.map(|counter| app.store.raise(counter))).await {
            noted.unwrap_or_else(|fault| log_fault("noting a wrong password", &fault));
        }
    }
}

/// Makes a network familiar to several identifiers: who has the mail has the account.
pub async fn make_familiar(app: &App, identifiers: &[Identifier], from: Network) {
    let limits = &app.settings.limits;
    if limits.login_identifier.is_none() && limits.login_network.is_none() {
        return;
    }
    let until = app.clock.now().as_second() + FAMILIAR;
    let network = from.key();
    let marks = identifiers.iter().map(async |identifier| {
        let digest = app.keys.digest(&["familiar", &identifier.pk(), &network]);
        app.store.mark(&format!("familiar#{digest}"), until).await
    });
    for noted in join_all(marks).await {
        noted.unwrap_or_else(|fault| log_fault("making a network familiar", &fault));
    }
}

/// What asks for a mail. Each has a count of its own for an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// `resendActivationEmail`.
    Activation,
    /// `sendPasswordResetEmail`.
    PasswordReset,
    /// `sendSecondaryEmailActivation`, by one account.
    SecondaryActivation(AccountId),
}

/// Takes a mail for an address, which somebody may have or not, and one for the network.
///
/// # Errors
/// `TooManyTries` when either limit is reached, though the other may have been counted.
pub async fn take_mail(app: &App, asks: Asks, email_form: &str, from: Network) -> Result<()> {
    let (act, asker) = match asks {
        Asks::Activation => ("activation", String::new()),
        Asks::PasswordReset => ("password_reset", String::new()),
        Asks::SecondaryActivation(id) => ("secondary_activation", id.to_string()),
    };
    let address = async {
        let Some(rate) = app.settings.limits.mail else {
            return Ok(true);
        };
        let digest = app.keys.digest(&["mails", act, email_form, &asker]);
        let counter = counter(&format!("mails#{act}"), rate, app.clock.now(), &digest);
        app.store.take(&counter, rate.count).await
    };
    let (address, network) = try_join!(address, take_from_network(app, from))?;
    refuse_unless(address, "THROTTLE_MAIL")?;
    refuse_unless(network, "THROTTLE_MAIL_NETWORK")
}

/// Takes a registration for the network.
///
/// # Errors
/// `TooManyTries` when the limit is reached.
pub async fn take_registration(app: &App, from: Network) -> Result<()> {
    refuse_unless(take_from_network(app, from).await?, "THROTTLE_MAIL_NETWORK")
}

async fn take_from_network(app: &App, from: Network) -> anyhow::Result<bool> {
    let Some(rate) = app.settings.limits.mail_network else {
        return Ok(true);
    };
    let digest = app.keys.digest(&["mails", "network", &from.key()]);
    app.store
        .take(
            &counter("mails", rate, app.clock.now(), &digest),
            rate.count,
        )
        .await
}

fn refuse_unless(is_allowed: bool, setting: &'static str) -> Result<(), Error> {
    if is_allowed {
        return Ok(());
    }
    event::limit_reached(setting);
    Err(Refusal::TooManyTries.alone())
}

fn counter(kind: &str, rate: Rate, now: Timestamp, digest: &str) -> Counter {
    let (number, expires_at) = window(now, seconds(rate.window));
    Counter {
        pk: format!("{kind}#{number}#{digest}"),
        expires_at,
    }
}

fn seconds(length: Duration) -> i64 {
    length.as_secs().cast_signed()
}
