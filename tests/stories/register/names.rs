//! The name and the address: what they must look like, and that nobody else has them.

use futures::future::join_all;
use graphql::http::Dialect;
use serde_json::{Value, json};
use tests::people::registration;
use tests::{Reply, World, in_both_dialects};

use super::{WEAK_NUMBER, items, nothing_happened, register};

#[tokio::test]
async fn a_username_belongs_to_one_account_in_whatever_spelling() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        for username in ["vera", "VERA", " vera\t", "ｖｅｒａ", "𝐕𝐄𝐑𝐀", "ⓥⓔⓡⓐ"]
        {
            let reply = register(world, json!({ "username": username })).await;
            let reply = reply.refuses("username", "unique");
            assert_eq!(
                reply.message("username"),
                "A user with that username already exists."
            );
        }
        // Somebody has the address as well, but that shows only when all else is right.
        let both = json!({ "username": "vera", "email": "vera@email.com" });
        register(world, both).await.refuses("username", "unique");
        assert_eq!(world.accounts().await.len(), 1);
        assert!(world.inbox.letters().is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_address_belongs_to_one_account_whoever_has_it() {
    in_both_dialects(&[], async |world| {
        world.everybody().await;
        for email in [
            "vera@email.com",
            " VERA@Email.COM ",
            "nora@email.com",
            "ina@email.com",
            "archie@email.com",
            "sam2@email.com",
            "vera@ＥＭＡＩＬ.com",
        ] {
            let reply = register(world, json!({ "email": email })).await;
            let reply = reply.refuses("email", "unique");
            assert_eq!(
                reply.message("email"),
                "A user with that email already exists."
            );
        }
        let weak = registration(
            json!({ "email": "vera@email.com", "password1": "123", "password2": "123" }),
        );
        world
            .act("register", weak)
            .await
            .refuses_all(&[("password2", WEAK_NUMBER)]);
        assert_eq!(world.accounts().await.len(), 7);
        assert!(world.inbox.letters().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_registration_repeated_finds_its_own_name_taken() {
    in_both_dialects(&[], async |world| {
        register(world, json!({})).await.succeeds();
        register(world, json!({}))
            .await
            .refuses("username", "unique");
        assert_eq!(
            (items(world).await, world.inbox.letters().len()),
            ((3, 1), 1)
        );
    })
    .await;
}

#[tokio::test]
async fn an_address_must_look_like_one() {
    in_both_dialects(&[], async |world| {
        for email in [
            "new_user",
            "a@b",
            "a@b.c",
            "a..b@e.com",
            "é@e.com",
            "a@e.com.",
            "a@127.0.0.1",
            "a b@e.com",
            "a@b@c.com",
            "@e.com",
            "a@",
        ] {
            let reply = register(world, json!({ "email": email })).await;
            let reply = reply.refuses("email", "invalid");
            assert_eq!(reply.message("email"), "Enter a valid email address.");
        }
        for email in ["", "  \u{3000}"] {
            register(world, json!({ "email": email }))
                .await
                .refuses("email", "required");
        }
        let too_long = format!("{}@email.com", "a".repeat(250));
        let reply = register(world, json!({ "email": too_long })).await;
        let reply = reply.refuses("email", "max_length");
        assert_eq!(
            reply.message("email"),
            "Ensure this value has at most 254 characters (it has 260)."
        );
        register(world, json!({ "email": "é".repeat(255) }))
            .await
            .refuses_all(&[("email", &["invalid", "max_length"])]);
        nothing_happened(world).await;
    })
    .await;
}

#[tokio::test]
async fn unusual_addresses_are_accepted_and_written_to() {
    in_both_dialects(&[], async |world| {
        for (number, (email, written_to)) in [
            ("a@localhost", "a@localhost"),
            ("a@[127.0.0.1]", "a@[127.0.0.1]"),
            ("a@é.com", "a@xn--9ca.com"),
            ("a+tag@e.co", "a+tag@e.co"),
            (" a@E.c1 ", "a@e.c1"),
        ]
        .into_iter()
        .enumerate()
        {
            let username = format!("user{number}");
            let form = json!({ "email": email, "username": username });
            register(world, form).await.succeeds();
            assert_eq!(world.letters_to(written_to).len(), 1, "{email}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_address_is_kept_as_given_but_for_its_domain_and_known_in_any_case() {
    in_both_dialects(&[], async |world| {
        register(world, json!({ "email": "New_User@EMAIL.com" }))
            .await
            .succeeds();
        let account = world.account("new_user").await.expect("an account");
        assert_eq!(account.profile.email, "New_User@email.com");
        assert_eq!(world.letters_to("New_User@email.com").len(), 1);
        register(world, json!({ "username": "another" }))
            .await
            .refuses("email", "unique");
    })
    .await;
}

#[tokio::test]
async fn a_username_has_letters_numbers_and_five_signs_and_at_most_150_of_them() {
    in_both_dialects(&[], async |world| {
        for username in ["", "   "] {
            register(world, json!({ "username": username }))
                .await
                .refuses("username", "required");
        }
        for username in ["new user", "new!user", "new\u{200d}user"] {
            let reply = register(world, json!({ "username": username })).await;
            let reply = reply.refuses("username", "invalid");
            assert_eq!(
                reply.message("username"),
                "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
            );
        }
        let reply = register(world, json!({ "username": "!".repeat(151) })).await;
        let reply = reply.refuses("username", "max_length");
        assert_eq!(
            reply.message("username"),
            "Ensure this value has at most 150 characters (it has 151)."
        );
        nothing_happened(world).await;
    })
    .await;
}

#[tokio::test]
async fn a_username_is_kept_as_given_trimmed_and_in_its_usual_characters() {
    in_both_dialects(&[], async |world| {
        for (number, (given, kept)) in [
            ("été_user", "été_user"),
            ("  ＡＢＣx ", "ABCx"),
            ("a.B@c+d-e_1", "a.B@c+d-e_1"),
        ]
        .into_iter()
        .enumerate()
        {
            let email = format!("user{number}@email.com");
            let form = json!({ "email": email, "username": given });
            let reply = register(world, form).await.succeeds();
            assert!(reply.get("token").is_string(), "{reply}");
            let account = world.account(given).await.expect("an account");
            assert_eq!(account.profile.username, kept);
        }
    })
    .await;
}

/// The text with upper-case letters at places that depend on a number.
fn in_changing_case(text: &str, number: usize) -> String {
    let spell = |(place, letter): (usize, char)| match number >> (place % 6) & 1 {
        0 => letter,
        _ => letter.to_ascii_uppercase(),
    };
    text.chars().enumerate().map(spell).collect()
}

/// Fifty register at once, at both doors. One succeeds; the others are told that this is taken.
async fn of_fifty_at_once_one_succeeds(key: &str, form: impl Fn(usize) -> Value) {
    let world = World::open(Dialect::Plain, &[("THROTTLE_MAIL_NETWORK", "off")]).await;
    let doors = [Dialect::Plain, Dialect::Relay];
    let registering = (0..50).map(|number| {
        let asker = world.anybody().at(doors[number % 2]);
        let form = registration(form(number));
        async move { asker.act("register", form).await }
    });
    let (successes, others): (Vec<_>, Vec<_>) = join_all(registering)
        .await
        .into_iter()
        .partition(Reply::has_succeeded);
    assert_eq!(successes.len(), 1, "{}", others[0]);
    for other in others {
        other.refuses(key, "unique");
    }
    assert_eq!(items(&world).await, (3, 1), "one account, two identifiers");
    assert_eq!(world.inbox.letters().len(), 1);
    assert_eq!(world.log.events_named("user_registered").len(), 1);
    world.close().await;
}

#[tokio::test]
async fn of_fifty_who_register_one_username_at_once_one_succeeds() {
    of_fifty_at_once_one_succeeds("username", |number| {
        json!({ "username": in_changing_case("racer", number), "email": format!("racer{number}@email.com") })
    })
    .await;
}

#[tokio::test]
async fn of_fifty_who_register_one_address_at_once_one_succeeds() {
    of_fifty_at_once_one_succeeds("email", |number| {
        json!({ "username": format!("racer{number}"), "email": in_changing_case("racer@email.com", number) })
    })
    .await;
}
