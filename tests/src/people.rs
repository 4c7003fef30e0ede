//! The people of the stories. They are put straight into the store, as if they had always been there.

use std::sync::OnceLock;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use futures::StreamExt;
use serde_json::{Value, json};
use shared::Timestamp;
use shared::account::{Account, AccountId};
use shared::clock::iso;
use shared::email_address::EmailAddress;
use shared::password::{Hasher, Password, PasswordHash};
use shared::store::transactions::{Attached, Created};
use shared::username::Username;

use crate::audit::{self, Item};
use crate::world::World;

/// Everybody's password.
pub const PASSWORD: &str = "23kegbsi7g2k";

/// A password that nobody has yet, good enough to choose.
pub const NEW_PASSWORD: &str = "supersecretpassword";

/// What one BatchWriteItem may carry.
const MOST_IN_A_BATCH: usize = 25;

/// The form of somebody new, `new_user`, with some fields changed or added.
#[must_use]
pub fn registration(changed: Value) -> Value {
    let mut form = json!({
        "email": "new_user@email.com",
        "username": "new_user",
        "password1": "akssdgfbwkc",
        "password2": "akssdgfbwkc",
    });
    if let Value::Object(changed) = changed {
        for (name, value) in changed {
            form[name] = value;
        }
    }
    form
}

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

    /// Gives somebody a secondary address, as if its letter had been answered.
    ///
    /// # Panics
    /// When there is nobody of that name, or the address is taken.
    pub async fn attach(&self, name: &str, email: &str) -> Account {
        let account = self.account(name).await.expect("somebody of that name");
        let email = EmailAddress::parse(email).expect("an address");
        let version = account.credentials_version;
        let attached = self.backstage();
        let attached = attached.attach_secondary(&account, &email, version).await;
        assert_eq!(attached.expect("the store"), Attached::Done);
        self.account(name).await.expect("somebody of that name")
    }

    /// sam: verified, with the secondary address `sam2@email.com`.
    pub async fn sam(&self) -> Account {
        self.person("sam", |_| {}).await;
        self.attach("sam", "sam2@email.com").await
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

    /// A crowd: so many people, `crowd0000` and so on, who joined one second after the other until
    /// now. Written straight into the table, many at a time, as copies of the first.
    ///
    /// # Panics
    /// When the engine does not answer.
    pub async fn crowd(&self, count: usize, is_wanted: impl Fn(AccountId) -> bool) {
        let now = self.now().as_microsecond();
        let joined = |number: usize| {
            let seconds = i64::try_from(count - number).expect("not so many");
            Timestamp::from_microsecond(now - seconds * 1_000_000).expect("a time")
        };
        let first_joined = joined(0);
        let first = self
            .person("crowd0000", |it| it.profile.date_joined = first_joined)
            .await;
        let (client, [accounts, ..]) = self.database();
        let items = audit::items(client, accounts).await;
        let first_id = first.id().to_string();
        let of_first = |item: &&Item| item.values().any(|value| mentions(value, &first_id));
        let originals: Vec<Item> = items.iter().filter(of_first).cloned().collect();
        let copies = (1..count).flat_map(|number| {
            let id = std::iter::repeat_with(AccountId::random).find(|id| is_wanted(*id));
            let id = id.expect("there are enough ids");
            let changes = [
                (first_id.clone(), id.to_string()),
                ("crowd0000".to_owned(), format!("crowd{number:04}")),
                (iso(first_joined), iso(joined(number))),
            ];
            let copies = originals.iter().map(|item| copy(item, id, &changes));
            copies.collect::<Vec<_>>()
        });
        let batches = futures::stream::iter(copies).chunks(MOST_IN_A_BATCH);
        let mut written = batches
            .map(|batch| {
                let request = client.batch_write_item();
                request.request_items(accounts, batch).send()
            })
            .buffer_unordered(8);
        while let Some(answer) = written.next().await {
            let left = answer.expect("the store").unprocessed_items;
            assert!(left.is_none_or(|left| left.is_empty()), "not all written");
        }
    }
}

fn mentions(value: &AttributeValue, text: &str) -> bool {
    value.as_s().is_ok_and(|value| value.contains(text))
}

/// An item of somebody else: every text with the changes made, and the shard that the id gives.
fn copy(item: &Item, id: AccountId, changes: &[(String, String)]) -> WriteRequest {
    let rewritten = |(name, value): (&String, &AttributeValue)| {
        let value = match value {
            AttributeValue::S(text) => {
                let text = changes
                    .iter()
                    .fold(text.clone(), |text, (from, to)| text.replace(from, to));
                AttributeValue::S(text)
            }
            AttributeValue::N(_) if name == "joined_shard" => {
                AttributeValue::N(id.shard(8).to_string())
            }
            other => other.clone(),
        };
        (name.clone(), value)
    };
    let item: Item = item.iter().map(rewritten).collect();
    let put = PutRequest::builder().set_item(Some(item));
    let put = put.build().expect("an item");
    WriteRequest::builder().put_request(put).build()
}
