//! A secondary address: asked for, confirmed, exchanged with the primary one, removed.

mod asking;
mod confirming;
mod lifetime;
mod removing;
mod swapping;

use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD, registration};
use tests::tokens::choosing;
use tests::{Reply, World, in_both_dialects};

fn confirmed() -> Value {
    json!({ "password": PASSWORD })
}

async fn ask(world: &World, name: &str, email: &str) -> Reply {
    let form = json!({ "email": email, "password": PASSWORD });
    let asker = world.as_person(name).await;
    asker.act("sendSecondaryEmailActivation", form).await
}

async fn confirm(world: &World, token: &str) -> Reply {
    let token = json!({ "token": token });
    world.act("verifySecondaryEmail", token).await
}

/// The primary and the secondary address of somebody.
async fn addresses(world: &World, name: &str) -> (String, Option<String>) {
    let profile = world.account(name).await.expect("somebody").profile;
    (profile.email, profile.secondary_email)
}

/// Those are the addresses of somebody.
async fn has(world: &World, name: &str, primary: &str, secondary: Option<&str>) {
    let (first, second) = addresses(world, name).await;
    assert_eq!((&*first, second.as_deref()), (primary, secondary));
}

async fn log_in_by(world: &World, email: &str) -> Reply {
    let credentials = json!({ "email": email, "password": PASSWORD });
    world.act("tokenAuth", credentials).await
}

/// Nobody has this address: it opens nothing, gets no letter, and can be registered.
async fn is_free(world: &World, email: &str) {
    let login = log_in_by(world, email).await;
    login.refuses("nonFieldErrors", "invalid_credentials");
    let letters = world.inbox.letters().len();
    let asked = json!({ "email": email });
    world.act("sendPasswordResetEmail", asked).await.succeeds();
    assert_eq!(world.inbox.letters().len(), letters);
    let name = format!("user{}", world.accounts().await.len());
    let form = registration(json!({ "username": name, "email": email }));
    world.act("register", form).await.succeeds();
}

#[tokio::test]
async fn a_confirmed_address_logs_in_gets_letters_and_belongs_to_its_account() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        world.sam().await;
        let token = world.secondary_token("vera", "vera2@email.com").await;
        let before = log_in_by(world, "vera2@email.com").await;
        before.refuses("nonFieldErrors", "invalid_credentials");
        confirm(world, &token).await.succeeds();
        for email in ["vera2@email.com", "VERA2@EMAIL.com", "vera@email.com"] {
            let reply = log_in_by(world, email).await.succeeds();
            assert_eq!(reply.get("user")["username"], "vera");
        }
        for email in ["vera2@email.com", "Vera2@Email.Com"] {
            let form = registration(json!({ "email": email }));
            world.act("register", form).await.refuses("email", "unique");
            ask(world, "sam", email).await.refuses("email", "unique");
            ask(world, "vera", email).await.refuses("email", "unique");
        }
        let data = world
            .as_person("vera")
            .await
            .query("{ me { email secondaryEmail } }")
            .await;
        let shown = json!({ "email": "vera@email.com", "secondaryEmail": "vera2@email.com" });
        assert_eq!(data["me"], shown);
        let reset = world.reset_token("vera2@email.com").await;
        let reset = world
            .act("passwordReset", choosing(&reset, NEW_PASSWORD))
            .await;
        reset.succeeds();
        world.log_in_with("vera", NEW_PASSWORD).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn what_is_done_to_addresses_in_one_document_is_done_in_order() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let token = json!({ "token": world.secondary_token("vera", "vera2@email.com").await });
        let acts = [
            ("swapEmails", confirmed()),
            ("verifySecondaryEmail", token.clone()),
            ("verifySecondaryEmail", token.clone()),
            ("swapEmails", confirmed()),
            ("removeSecondaryEmail", confirmed()),
            ("removeSecondaryEmail", confirmed()),
            ("verifySecondaryEmail", token),
        ];
        let replies = world.as_person("vera").await.acts(&acts).await;
        let expected = [
            Some("secondary_email_required"),
            None,
            Some("unique"),
            None,
            None,
            Some("secondary_email_required"),
            Some("unique"),
        ];
        for (reply, expected) in replies.iter().zip(expected) {
            match expected {
                None => assert!(reply.has_succeeded(), "{reply}"),
                Some(code) => assert!(reply.is_refused("nonFieldErrors", code), "{reply}"),
            }
        }
        has(world, "vera", "vera2@email.com", None).await;
    })
    .await;
}

#[tokio::test]
async fn what_becomes_of_an_address_shows_in_the_list_at_once() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        world.stan().await;
        let token = json!({ "token": world.secondary_token("vera", "vera2@email.com").await });
        let stan = world.as_person("stan").await;
        let vera = world.as_person("vera").await;
        for (act, arguments, primary, secondary) in [
            ("verifySecondaryEmail", token, "vera@", Some("vera2@")),
            ("swapEmails", confirmed(), "vera2@", Some("vera@")),
            ("removeSecondaryEmail", confirmed(), "vera2@", None),
        ] {
            vera.act(act, arguments).await.succeeds();
            for address in ["vera@", "vera2@"] {
                let query = format!(
                    "{{ primary: users(email: \"{address}email.com\") {{ edges {{ node {{ username }} }} }}
                    secondary: users(status_SecondaryEmail: \"{address}email.com\") {{ edges {{ node {{ username }} }} }} }}"
                );
                let data = stan.query(&query).await;
                let count = |list: &str| data[list]["edges"].as_array().map(Vec::len);
                let expected = |is_it: bool| Some(usize::from(is_it));
                assert_eq!(count("primary"), expected(address == primary), "{act} {data}");
                let is_secondary = Some(address) == secondary;
                assert_eq!(count("secondary"), expected(is_secondary), "{act} {data}");
            }
        }
    })
    .await;
}
