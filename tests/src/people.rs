//! The people of the stories. They are put straight into the store, as if they had always been there.

use std::sync::OnceLock;

use shared::account::Account;
use shared::email_address::EmailAddress;
use shared::password::{Hasher, Password, PasswordHash};
use shared::store::transactions::{Attached, Created};
use shared::username::Username;

use crate::world::World;

/// Everybody's password.
pub const PASSWORD: &str = "23kegbsi7g2k";

/// A password that nobody has yet, good enough to choose.
pub const NEW_PASSWORD: &str = "supersecretpassword";

/// One hash for everybody, since making one takes time.
async fn password_hash() -> PasswordHash {
    static HASH: OnceLock<PasswordHash> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return hash.clone();
    }
    let hash = Hasher::default()
        .hash(&Password::new(PASSWORD.to_owned()))
        .await
        .expect("a hash");
    HASH.get_or_init(|| hash).clone()
}

impl World {
    /// Adds somebody: verified, with everybody's password and `<name>@email.com`, but for what is
    /// changed.
    ///
    /// # Panics
    /// When the name is taken.
    pub async fn person(&self, name: &str, change: impl FnOnce(&mut Account)) -> Account {
        let username = Username::parse(name).expect("a username");
        let email = EmailAddress::parse(&format!("{name}@email.com")).expect("an address");
        let mut account = Account::new(&username, &email, self.app().clock.now());
        account.profile.verified = true;
        account.password_hash = Some(password_hash().await);
        change(&mut account);
        let created = self
            .backstage()
            .create(&account, None)
            .await
            .expect("the store");
        assert_eq!(created, Created::Done, "{name} exists already");
        account
    }

    /// vera: verified, and nothing special.
    pub async fn vera(&self) -> Account {
        self.person("vera", |_| {}).await
    }

    /// nora: not verified.
    pub async fn nora(&self) -> Account {
        self.person("nora", |it| it.profile.verified = false).await
    }

    /// sam: verified, with the secondary address `sam2@email.com`.
    ///
    /// # Panics
    /// When the address is taken.
    pub async fn sam(&self) -> Account {
        let sam = self.person("sam", |_| {}).await;
        let second = EmailAddress::parse("sam2@email.com").expect("an address");
        let attached = self
            .backstage()
            .attach_secondary(&sam, &second, 0)
            .await
            .expect("the store");
        assert_eq!(attached, Attached::Done);
        self.account("sam").await.expect("sam")
    }

    /// archie: verified, archived.
    pub async fn archie(&self) -> Account {
        self.person("archie", |it| it.profile.archived = true).await
    }

    /// ina: verified, deactivated.
    pub async fn ina(&self) -> Account {
        self.person("ina", |it| it.profile.active = false).await
    }

    /// stan: verified, staff.
    pub async fn stan(&self) -> Account {
        self.person("stan", |it| it.profile.staff = true).await
    }

    /// petra: not verified, without a password.
    pub async fn petra(&self) -> Account {
        let change = |it: &mut Account| {
            it.profile.verified = false;
            it.password_hash = None;
        };
        self.person("petra", change).await
    }

    /// All seven.
    pub async fn everybody(&self) {
        self.vera().await;
        self.nora().await;
        self.sam().await;
        self.archie().await;
        self.ina().await;
        self.stan().await;
        self.petra().await;
    }
}
