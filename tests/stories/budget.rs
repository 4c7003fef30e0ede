//! How many DynamoDB calls each act makes, counted on the wire. The table in README.md is written
//! from this count: `LATCHKEY_WRITE_DOCS=1 cargo test --workspace --test stories budget`.

use std::fmt::Write;

use serde_json::json;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::proxy::Call;
use tests::{Asker, Dialect, World, documents};

/// The calls of one act: reads, writes, transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Calls {
    reads: usize,
    writes: usize,
    transactions: usize,
}

impl Calls {
    fn count(calls: &[Call]) -> Self {
        let of = |names: &[&str]| {
            calls
                .iter()
                .filter(|it| names.contains(&it.operation.as_str()))
                .count()
        };
        let counted = Self {
            reads: of(&["GetItem", "BatchGetItem", "Query"]),
            writes: of(&["PutItem", "UpdateItem", "DeleteItem"]),
            transactions: of(&["TransactWriteItems"]),
        };
        let all = counted.reads + counted.writes + counted.transactions;
        assert_eq!(all, calls.len(), "a call of another kind: {calls:#?}");
        counted
    }
}

impl std::fmt::Display for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kinds = [
            (self.reads, "r"),
            (self.writes, "w"),
            (self.transactions, "t"),
        ];
        let kinds = kinds.iter().filter(|(number, _)| *number > 0);
        let text: Vec<_> = kinds
            .map(|(number, kind)| format!("{number}{kind}"))
            .collect();
        f.write_str(
            if text.is_empty() {
                "none".to_owned()
            } else {
                text.join(" ")
            }
            .as_str(),
        )
    }
}

const fn calls(reads: usize, writes: usize, transactions: usize) -> Calls {
    Calls {
        reads,
        writes,
        transactions,
    }
}

/// One row: what is done, what it may cost with the limits on, and what is said beside it.
struct Row {
    what: &'static str,
    allowed: Calls,
    remark: &'static str,
    counted: Calls,
}

/// The rows as they are counted, in the order of the table.
struct Table<'w> {
    world: &'w World,
    rows: Vec<Row>,
}

impl<'w> Table<'w> {
    fn row(&mut self, what: &'static str, allowed: Calls, remark: &'static str) {
        let counted = Calls::count(&self.world.proxy.take_calls());
        assert_eq!(counted, allowed, "{what}");
        self.rows.push(Row {
            what,
            allowed,
            remark,
            counted,
        });
    }

    /// Somebody from a network that is not limited by what was done before.
    fn somebody(&self) -> Asker<'w> {
        self.world
            .anybody()
            .from(&format!("198.51.100.{}", self.rows.len()))
    }

    async fn as_person(&self, name: &str) -> Asker<'w> {
        let token = self.world.token_of(name).await;
        self.somebody().with_token(&token)
    }
}

const WITHOUT_SESSION: &str = "success errors token";

async fn count(world: &World) -> Vec<Row> {
    let mut table = Table {
        world,
        rows: Vec::new(),
    };
    sessions(&mut table).await;
    registration(&mut table).await;
    passwords(&mut table).await;
    account_acts(&mut table).await;
    queries(&mut table).await;
    table.rows
}

async fn sessions(table: &mut Table<'_>) {
    let world = table.world;
    world.vera().await;
    let login = json!({ "username": "vera", "password": PASSWORD });
    let home = || world.anybody().from("203.0.113.1");

    home()
        .act_selecting("tokenAuth", login.clone(), WITHOUT_SESSION)
        .await
        .succeeds();
    table.row("`tokenAuth`, from a new network", calls(2, 4, 0), "identifier and counters in one batch, account; take a try, last login, clear the try, make the network familiar");
    home()
        .act_selecting("tokenAuth", login.clone(), WITHOUT_SESSION)
        .await
        .succeeds();
    table.row("`tokenAuth`, from a familiar network", calls(2, 3, 0), "");
    let refresh = home()
        .act("tokenAuth", login)
        .await
        .succeeds()
        .text("refreshToken");
    table.row(
        "`tokenAuth`, with `refreshToken` selected",
        calls(2, 4, 0),
        "one more for the session",
    );

    let wrong = json!({ "username": "vera", "password": "wrong" });
    table
        .somebody()
        .act("tokenAuth", wrong)
        .await
        .refuses("nonFieldErrors", "invalid_credentials");
    table.row(
        "`tokenAuth`, wrong password",
        calls(2, 3, 0),
        "take a try, raise the two wider counters (one of them from a familiar network)",
    );
    let unknown = json!({ "username": "nobody", "password": "wrong" });
    table
        .somebody()
        .act("tokenAuth", unknown)
        .await
        .refuses("nonFieldErrors", "invalid_credentials");
    table.row(
        "`tokenAuth`, unknown name",
        calls(2, 3, 0),
        "an account that cannot exist is read, so that it looks the same",
    );

    let token = world.token_of("vera").await;
    world
        .act("verifyToken", json!({ "token": token }))
        .await
        .succeeds();
    table.row("`verifyToken`", calls(1, 0, 0), "");
    let next = world
        .act("refreshToken", json!({ "refreshToken": refresh }))
        .await
        .succeeds();
    table.row("`refreshToken`", calls(1, 1, 0), "side by side");
    world.pass(std::time::Duration::from_secs(11));
    world
        .act("refreshToken", json!({ "refreshToken": refresh }))
        .await
        .refuses("nonFieldErrors", "invalid_token");
    table.row(
        "`refreshToken`, reused",
        calls(1, 2, 0),
        "one more to end the session",
    );
    let ended = json!({ "refreshToken": next.text("refreshToken") });
    world
        .act("revokeToken", ended)
        .await
        .refuses("nonFieldErrors", "invalid_token");
    let session = world.log_in("vera").await.succeeds().text("refreshToken");
    world.proxy.take_calls();
    world
        .act("revokeToken", json!({ "refreshToken": session }))
        .await
        .succeeds();
    table.row("`revokeToken`", calls(1, 1, 0), "side by side");
}

async fn registration(table: &mut Table<'_>) {
    let world = table.world;
    let form = |name: &str| json!({ "email": format!("{name}@email.com"), "username": name, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD });
    world.act("register", form("ada")).await.succeeds();
    table.row(
        "`register`",
        calls(0, 1, 1),
        "account, both identifiers and, if selected, the session",
    );
    let mut weak = form("ada");
    weak["password2"] = json!("123");
    drop(world.act("register", weak).await);
    table.row("`register`, with form errors", calls(1, 1, 0), "");
    world.inbox.behave(local::Behaviour::Refuse);
    world
        .act("register", form("bea"))
        .await
        .refuses("nonFieldErrors", "email_fail");
    table.row(
        "`register`, when the mail fails",
        calls(0, 1, 2),
        "one more to undo it",
    );
    world.inbox.behave(local::Behaviour::Deliver);
    let link = world.token_mailed("ada@email.com", "activate");
    table
        .somebody()
        .act("resendActivationEmail", json!({ "email": "ada@email.com" }))
        .await
        .succeeds();
    table.row("`resendActivationEmail`", calls(2, 2, 0), "");
    table
        .somebody()
        .act(
            "resendActivationEmail",
            json!({ "email": "nobody@email.com" }),
        )
        .await
        .succeeds();
    table.row(
        "`resendActivationEmail`, unknown address",
        calls(1, 2, 0),
        "",
    );
    world
        .act("verifyAccount", json!({ "token": link }))
        .await
        .succeeds();
    table.row("`verifyAccount`", calls(0, 1, 0), "");
}

async fn passwords(table: &mut Table<'_>) {
    let world = table.world;
    let pair = |token: &str| json!({ "token": token, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
    table
        .somebody()
        .act(
            "sendPasswordResetEmail",
            json!({ "email": "vera@email.com" }),
        )
        .await
        .succeeds();
    table.row("`sendPasswordResetEmail`", calls(2, 3, 0), "");
    let link = world.token_mailed("vera@email.com", "password-reset");
    table
        .somebody()
        .act("passwordReset", pair(&link))
        .await
        .succeeds();
    table.row("`passwordReset`", calls(1, 3, 0), "makes the network familiar to the username and each address: one more with a secondary one");

    let petra = world.petra().await;
    let action = shared::token::mailed::Action::PasswordSet;
    let link = shared::token::mailed::MailedToken {
        account: petra.id(),
        issued_at: world.now(),
        action,
    };
    let link = link.seal(&world.app().keys);
    world.act("passwordSet", pair(&link)).await.succeeds();
    table.row("`passwordSet`", calls(1, 1, 0), "");

    world.sam().await;
    let change =
        json!({ "oldPassword": PASSWORD, "newPassword1": PASSWORD, "newPassword2": PASSWORD });
    let sam = table.as_person("sam").await;
    sam.act_selecting("passwordChange", change.clone(), WITHOUT_SESSION)
        .await
        .succeeds();
    table.row("`passwordChange`, from a new network", calls(2, 4, 0), "1r and 1w of its own; confirming a password adds 1r (batch) and 2w (take a try, clear it), and 1w when the network is new to the account, which the limits make familiar then");
    let sam = sam.with_fresh_token(&world.token_of("sam").await);
    sam.act("passwordChange", change).await.succeeds();
    table.row(
        "`passwordChange`, with `refreshToken` selected",
        calls(2, 4, 0),
        "from a familiar network; one more for the session",
    );
}

async fn account_acts(table: &mut Table<'_>) {
    let world = table.world;
    let confirmed = || json!({ "password": PASSWORD });
    let familiar = world.as_person("sam").await.from("203.0.113.9");
    familiar.act("swapEmails", confirmed()).await.succeeds();
    world.proxy.take_calls();

    familiar
        .act("updateAccount", json!({ "firstName": "Sam" }))
        .await
        .succeeds();
    table.row("`updateAccount`", calls(1, 1, 0), "");
    familiar.act("swapEmails", confirmed()).await.succeeds();
    table.row(
        "`swapEmails`",
        calls(2, 3, 0),
        "1r 1w, and the confirmed password",
    );
    let mail = json!({ "email": "sam3@email.com", "password": PASSWORD });
    familiar
        .act("sendSecondaryEmailActivation", mail)
        .await
        .succeeds();
    table.row(
        "`sendSecondaryEmailActivation`",
        calls(3, 4, 0),
        "2r 2w, and the confirmed password",
    );
    let link = world.token_mailed("sam3@email.com", "activate-secondary-email");
    world
        .act("verifySecondaryEmail", json!({ "token": link }))
        .await
        .succeeds();
    table.row("`verifySecondaryEmail`", calls(1, 0, 1), "");
    familiar
        .act("removeSecondaryEmail", confirmed())
        .await
        .succeeds();
    table.row(
        "`removeSecondaryEmail`",
        calls(2, 2, 1),
        "1r 1t, and the confirmed password",
    );
    familiar.act("archiveAccount", confirmed()).await.succeeds();
    table.row(
        "`archiveAccount`",
        calls(2, 3, 0),
        "1r 1w, and the confirmed password",
    );

    for (name, what, removes, allowed) in [
        (
            "dora",
            "`deleteAccount`, deactivating",
            "false",
            calls(2, 3, 0),
        ),
        ("dana", "`deleteAccount`, removing", "true", calls(2, 2, 1)),
    ] {
        world
            .restart(&[("ALLOW_DELETE_ACCOUNT", removes)])
            .expect("settings that are right");
        world.person(name, |_| {}).await;
        let owner = world.as_person(name).await.from("203.0.113.9");
        let nothing = json!({ "oldPassword": PASSWORD, "newPassword1": "1", "newPassword2": "2" });
        drop(owner.act("passwordChange", nothing).await);
        world.proxy.take_calls();
        owner.act("deleteAccount", confirmed()).await.succeeds();
        table.row(what, allowed, "and the confirmed password");
    }
    drop(world.act("captcha", json!({})).await);
    table.row("`captcha`", calls(0, 1, 0), "");
}

async fn queries(table: &mut Table<'_>) {
    let world = table.world;
    let stan = world.stan().await;
    let asker = world.as_person("stan").await;
    asker.query("{ me { id } }").await;
    table.row(
        "`me`",
        calls(1, 0, 0),
        "any request that needs to know who asks reads the account",
    );
    let id = graphql::types::global_id(stan.id());
    asker
        .query(&format!(r#"{{ user(id: "{id}") {{ id }} }}"#))
        .await;
    table.row(
        "`user(id)`, `node(id)`",
        calls(2, 0, 0),
        "one of them for the caller",
    );
    asker
        .query("{ users(first: 10) { edges { node { id } } } }")
        .await;
    table.row(
        "`users`, a page",
        calls(9, 0, 0),
        "eight shards side by side, and one for the caller",
    );
    asker
        .query(r#"{ users(email: "stan@email.com") { edges { node { id } } } }"#)
        .await;
    table.row(
        "`users`, with an exact filter",
        calls(3, 0, 0),
        "one of them for the caller",
    );
}

fn markdown(rows: &[Row]) -> String {
    let mut text = "| act | DynamoDB calls | |\n| --- | --- | --- |\n".to_owned();
    for row in rows {
        debug_assert_eq!(row.allowed, row.counted);
        writeln!(text, "| {} | {} | {} |", row.what, row.counted, row.remark)
            .expect("a string takes all");
    }
    text
}

#[tokio::test]
async fn every_act_keeps_to_its_calls_and_the_readme_says_so() {
    for dialect in [Dialect::Plain, Dialect::Relay] {
        let world = World::open(dialect, &[]).await;
        let rows = count(&world).await;
        documents::holds("README.md", "budget", &markdown(&rows));
        world.close().await;
    }
}

#[tokio::test]
async fn a_limit_that_is_off_costs_no_calls() {
    let off = [
        "THROTTLE_LOGIN",
        "THROTTLE_LOGIN_IDENTIFIER",
        "THROTTLE_LOGIN_NETWORK",
        "THROTTLE_MAIL",
        "THROTTLE_MAIL_NETWORK",
    ];
    let off = off.map(|name| (name, "off"));
    tests::in_both_dialects(&off, async |world| {
        world.vera().await;
        let cost = || Calls::count(&world.proxy.take_calls());
        world.proxy.take_calls();
        let login = json!({ "username": "vera", "password": PASSWORD });
        world.anybody().act_selecting("tokenAuth", login, WITHOUT_SESSION).await.succeeds();
        assert_eq!(cost(), calls(2, 1, 0));
        let wrong = json!({ "username": "vera", "password": "wrong" });
        world.act("tokenAuth", wrong).await.refuses("nonFieldErrors", "invalid_credentials");
        assert_eq!(cost(), calls(2, 0, 0));
        world.act("sendPasswordResetEmail", json!({ "email": "vera@email.com" })).await.succeeds();
        assert_eq!(cost(), calls(2, 1, 0));
        world.as_person("vera").await.act("archiveAccount", json!({ "password": PASSWORD })).await.succeeds();
        assert_eq!(cost(), calls(1, 1, 0));
        let form = json!({ "email": "n@email.com", "username": "n", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD });
        world.act("register", form).await.succeeds();
        assert_eq!(cost(), calls(0, 0, 1));
    })
    .await;
}
