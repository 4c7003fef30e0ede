//! What the service promises, in plain Rust: no store, no tokens, no mail, just rules.

/// A refusal: key and code.
pub type Refused = (&'static str, &'static str);

const ALONE: &str = "nonFieldErrors";
const INVALID: Refused = (ALONE, "invalid_token");

/// Lifetimes in seconds, as the settings have them by default.
const ACCESS: i64 = 300;
const GRACE: i64 = 10;
const SHORT_LINK: i64 = 3_600;

/// An account. It is kept when it is removed, since its tokens still turn up.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub struct Account {
    pub exists: bool,
    pub username: usize,
    pub primary: usize,
    pub secondary: Option<usize>,
    pub password: usize,
    pub verified: bool,
    pub archived: bool,
    pub active: bool,
    epoch: u64,
    version: u64,
    current_reset: Option<usize>,
}

#[derive(Debug, Clone)]
struct Session {
    account: usize,
    epoch: u64,
    counter: u32,
    rotated_at: i64,
    ended: bool,
}

#[derive(Debug, Clone, Copy)]
struct AccessToken {
    account: usize,
    epoch: u64,
    expires_at: i64,
}

#[derive(Debug, Clone, Copy)]
struct RefreshToken {
    session: usize,
    counter: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Activation { address: usize },
    Reset,
    Secondary { address: usize, version: u64 },
}

#[derive(Debug, Clone, Copy)]
struct Mailed {
    account: usize,
    issued_at: i64,
    link: Link,
}

/// What an act must do.
#[derive(Debug, Default)]
pub struct Expected {
    /// How it is refused; none if it succeeds.
    pub refused: Option<Refused>,
    /// How many letters go out.
    pub letters: usize,
    /// Whether one of them has a link, which is noted as the next mailed token.
    pub has_link: bool,
    /// Whether an access and a refresh token come back, noted as the next ones.
    pub has_tokens: bool,
    /// The refresh token that must come back, if it is one that was handed out before.
    pub same_refresh: Option<usize>,
    /// `unarchiving`, for a login.
    pub unarchives: bool,
}

impl Expected {
    fn refused(why: Refused) -> Self {
        Self {
            refused: Some(why),
            ..Self::default()
        }
    }

    fn done(letters: usize) -> Self {
        Self {
            letters,
            ..Self::default()
        }
    }
}

/// Everything there is.
#[derive(Debug, Default)]
pub struct Model {
    removes: bool,
    pub now: i64,
    pub accounts: Vec<Account>,
    sessions: Vec<Session>,
    access: Vec<AccessToken>,
    refresh: Vec<RefreshToken>,
    mailed: Vec<Mailed>,
}

impl Model {
    pub fn new(removes: bool) -> Self {
        Self {
            removes,
            ..Self::default()
        }
    }

    pub fn access_tokens(&self) -> usize {
        self.access.len()
    }

    pub fn refresh_tokens(&self) -> usize {
        self.refresh.len()
    }

    pub fn mailed_tokens(&self) -> usize {
        self.mailed.len()
    }

    fn named(&self, username: usize) -> Option<usize> {
        self.accounts
            .iter()
            .position(|it| it.exists && it.username == username)
    }

    fn at(&self, address: usize) -> Option<usize> {
        let has = |it: &Account| it.primary == address || it.secondary == Some(address);
        self.accounts.iter().position(|it| it.exists && has(it))
    }

    fn begin(&mut self, account: usize) {
        let epoch = self.accounts[account].epoch;
        self.access.push(AccessToken {
            account,
            epoch,
            expires_at: self.now + ACCESS,
        });
        self.sessions.push(Session {
            account,
            epoch,
            counter: 0,
            rotated_at: 0,
            ended: false,
        });
        self.refresh.push(RefreshToken {
            session: self.sessions.len() - 1,
            counter: 0,
        });
    }

    fn mail(&mut self, account: usize, link: Link) -> usize {
        self.mailed.push(Mailed {
            account,
            issued_at: self.now,
            link,
        });
        self.mailed.len() - 1
    }

    /// Whom an access token stands for.
    pub fn caller(&self, token: usize) -> Option<usize> {
        let token = self.access[token];
        let account = &self.accounts[token.account];
        let stands = account.exists
            && account.active
            && !account.archived
            && account.epoch == token.epoch
            && self.now < token.expires_at;
        stands.then_some(token.account)
    }

    pub fn register(&mut self, username: usize, address: usize, password: usize) -> Expected {
        if self.named(username).is_some() {
            return Expected::refused(("username", "unique"));
        }
        if self.at(address).is_some() {
            return Expected::refused(("email", "unique"));
        }
        self.accounts.push(Account {
            exists: true,
            username,
            primary: address,
            secondary: None,
            password,
            verified: false,
            archived: false,
            active: true,
            epoch: 0,
            version: 0,
            current_reset: None,
        });
        let account = self.accounts.len() - 1;
        self.begin(account);
        self.mail(account, Link::Activation { address });
        Expected {
            letters: 1,
            has_link: true,
            has_tokens: true,
            ..Expected::default()
        }
    }

    fn log_in(&mut self, account: Option<usize>, password: usize) -> Expected {
        let right =
            |it: &usize| self.accounts[*it].active && self.accounts[*it].password == password;
        let Some(account) = account.filter(right) else {
            return Expected::refused((ALONE, "invalid_credentials"));
        };
        let unarchives = std::mem::take(&mut self.accounts[account].archived);
        self.begin(account);
        Expected {
            has_tokens: true,
            unarchives,
            ..Expected::default()
        }
    }

    pub fn log_in_by_username(&mut self, username: usize, password: usize) -> Expected {
        self.log_in(self.named(username), password)
    }

    pub fn log_in_by_email(&mut self, address: usize, password: usize) -> Expected {
        self.log_in(self.at(address), password)
    }

    /// A link as the acts judge it before they look at the account.
    fn opened(&self, token: usize) -> Result<Mailed, Expected> {
        let mailed = self.mailed[token];
        let is_old = self.now - mailed.issued_at > SHORT_LINK;
        if is_old && !matches!(mailed.link, Link::Activation { .. }) {
            return Err(Expected::refused((ALONE, "expired_token")));
        }
        Ok(mailed)
    }

    pub fn verify(&mut self, token: usize) -> Expected {
        let mailed = match self.opened(token) {
            Ok(mailed) => mailed,
            Err(refused) => return refused,
        };
        let account = &mut self.accounts[mailed.account];
        match mailed.link {
            Link::Activation { .. } if !account.exists || !account.active => {
                Expected::refused(INVALID)
            }
            Link::Activation { .. } if account.verified => {
                Expected::refused((ALONE, "already_verified"))
            }
            Link::Activation { address } if account.primary == address => {
                account.verified = true;
                Expected::done(0)
            }
            _ => Expected::refused(INVALID),
        }
    }

    fn resend(&mut self, account: usize) -> Expected {
        let address = self.accounts[account].primary;
        self.mail(account, Link::Activation { address });
        Expected {
            letters: 1,
            has_link: true,
            ..Expected::default()
        }
    }

    pub fn resend_activation(&mut self, address: usize) -> Expected {
        match self.at(address).filter(|it| self.accounts[*it].active) {
            None => Expected::done(0),
            Some(it) if self.accounts[it].verified => {
                Expected::refused(("email", "already_verified"))
            }
            Some(it) => self.resend(it),
        }
    }

    pub fn send_reset(&mut self, address: usize) -> Expected {
        let Some(account) = self.at(address).filter(|it| self.accounts[*it].active) else {
            return Expected::done(0);
        };
        if !self.accounts[account].verified {
            return Expected {
                refused: Some(("email", "not_verified")),
                ..self.resend(account)
            };
        }
        let token = self.mail(account, Link::Reset);
        self.accounts[account].current_reset = Some(token);
        Expected {
            letters: 1,
            has_link: true,
            ..Expected::default()
        }
    }

    pub fn reset(&mut self, token: usize, password: usize) -> Expected {
        let mailed = match self.opened(token) {
            Ok(mailed) => mailed,
            Err(refused) => return refused,
        };
        let account = &mut self.accounts[mailed.account];
        let is_current = account.exists && account.active && account.current_reset == Some(token);
        if mailed.link != Link::Reset || !is_current {
            return Expected::refused(INVALID);
        }
        account.password = password;
        account.verified = true;
        account.epoch += 1;
        account.has_new_credentials();
        Expected::done(1)
    }

    /// The guards of a protected act, in their order.
    fn guarded(
        &self,
        token: usize,
        password: (&'static str, usize),
        needs_secondary: Option<()>,
    ) -> Result<usize, Expected> {
        let refused = |key, code| Err(Expected::refused((key, code)));
        let Some(account) = self.caller(token) else {
            return refused(ALONE, "unauthenticated");
        };
        let it = &self.accounts[account];
        if !it.verified {
            return refused(ALONE, "not_verified");
        }
        if needs_secondary.is_some() && it.secondary.is_none() {
            return refused(ALONE, "secondary_email_required");
        }
        if it.password != password.1 {
            return refused(password.0, "invalid_password");
        }
        Ok(account)
    }

    pub fn change_password(&mut self, token: usize, old: usize, new: usize) -> Expected {
        match self.guarded(token, ("oldPassword", old), None) {
            Err(refused) => refused,
            Ok(account) => {
                let it = &mut self.accounts[account];
                it.password = new;
                it.epoch += 1;
                it.has_new_credentials();
                self.begin(account);
                Expected {
                    letters: 1,
                    has_tokens: true,
                    ..Expected::default()
                }
            }
        }
    }

    pub fn archive(&mut self, token: usize, password: usize) -> Expected {
        match self.guarded(token, ("password", password), None) {
            Err(refused) => refused,
            Ok(account) => {
                self.accounts[account].archived = true;
                self.accounts[account].epoch += 1;
                Expected::done(1)
            }
        }
    }

    pub fn delete(&mut self, token: usize, password: usize) -> Expected {
        match self.guarded(token, ("password", password), None) {
            Err(refused) => refused,
            Ok(account) => {
                let it = &mut self.accounts[account];
                it.exists = !self.removes;
                it.active = false;
                it.epoch += 1;
                Expected::done(1)
            }
        }
    }

    pub fn send_secondary(&mut self, token: usize, address: usize, password: usize) -> Expected {
        match self.guarded(token, ("password", password), None) {
            Err(refused) => refused,
            Ok(_) if self.at(address).is_some() => Expected::refused(("email", "unique")),
            Ok(account) => {
                let version = self.accounts[account].version;
                self.mail(account, Link::Secondary { address, version });
                Expected {
                    letters: 1,
                    has_link: true,
                    ..Expected::default()
                }
            }
        }
    }

    pub fn verify_secondary(&mut self, token: usize) -> Expected {
        let mailed = match self.opened(token) {
            Ok(mailed) => mailed,
            Err(refused) => return refused,
        };
        let Link::Secondary { address, version } = mailed.link else {
            return Expected::refused(INVALID);
        };
        let is_taken = self.at(address).is_some();
        let account = &mut self.accounts[mailed.account];
        if !account.exists || !account.active || !account.verified {
            return Expected::refused(INVALID);
        }
        if is_taken {
            return Expected::refused((ALONE, "unique"));
        }
        if account.version != version {
            return Expected::refused(INVALID);
        }
        let replaced = account.secondary.replace(address);
        account.has_new_credentials();
        Expected::done(1 + usize::from(replaced.is_some()))
    }

    pub fn swap(&mut self, token: usize, password: usize) -> Expected {
        match self.guarded(token, ("password", password), Some(())) {
            Err(refused) => refused,
            Ok(account) => {
                let it = &mut self.accounts[account];
                let secondary = it.secondary.unwrap_or(it.primary);
                it.secondary = Some(std::mem::replace(&mut it.primary, secondary));
                it.has_new_credentials();
                Expected::done(2)
            }
        }
    }

    pub fn remove_secondary(&mut self, token: usize, password: usize) -> Expected {
        match self.guarded(token, ("password", password), Some(())) {
            Err(refused) => refused,
            Ok(account) => {
                self.accounts[account].secondary = None;
                self.accounts[account].has_new_credentials();
                Expected::done(2)
            }
        }
    }

    /// A session whose tokens may still be worth something.
    fn lasting(&self, session: usize) -> bool {
        let session = &self.sessions[session];
        let account = &self.accounts[session.account];
        account.exists && session.epoch == account.epoch && !session.ended
    }

    /// A token one behind the current one, a moment after it was replaced.
    fn in_grace(&self, token: RefreshToken) -> bool {
        let session = &self.sessions[token.session];
        token.counter + 1 == session.counter && self.now - session.rotated_at <= GRACE
    }

    pub fn refresh(&mut self, token: usize) -> Expected {
        let token = self.refresh[token];
        let session = &self.sessions[token.session];
        let account = &self.accounts[session.account];
        if !account.active || account.archived || !self.lasting(token.session) {
            return Expected::refused(INVALID);
        }
        if token.counter == session.counter {
            let (now, session) = (self.now, &mut self.sessions[token.session]);
            session.counter += 1;
            session.rotated_at = now;
            let next = RefreshToken {
                counter: session.counter,
                ..token
            };
            self.note_access(next.session);
            self.refresh.push(next);
            return Expected {
                has_tokens: true,
                ..Expected::default()
            };
        }
        if self.in_grace(token) {
            let current = session.counter;
            let is_current =
                |it: &RefreshToken| it.session == token.session && it.counter == current;
            let same_refresh = self.refresh.iter().position(is_current);
            self.note_access(token.session);
            return Expected {
                same_refresh,
                ..Expected::default()
            };
        }
        self.sessions[token.session].ended = true;
        Expected::refused(INVALID)
    }

    fn note_access(&mut self, session: usize) {
        let session = &self.sessions[session];
        let (account, epoch) = (session.account, session.epoch);
        self.access.push(AccessToken {
            account,
            epoch,
            expires_at: self.now + ACCESS,
        });
    }

    pub fn revoke(&mut self, token: usize) -> Expected {
        let token = self.refresh[token];
        if !self.lasting(token.session) {
            return Expected::refused(INVALID);
        }
        let stands = token.counter == self.sessions[token.session].counter || self.in_grace(token);
        self.sessions[token.session].ended = true;
        if stands {
            Expected::done(0)
        } else {
            Expected::refused(INVALID)
        }
    }
}

impl Account {
    /// Password or addresses have changed: reset links and confirmation links are dead.
    fn has_new_credentials(&mut self) {
        self.version += 1;
        self.current_reset = None;
    }
}
