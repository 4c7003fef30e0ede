use futures::future::join_all;
use futures::join;
use graphql::http::Dialect;
use local::Behaviour;
use serde_json::{Value, json};
use tests::people::registration;
use tests::{Fate, Reply, World, audit, in_both_dialects};

const WEAK_NUMBER: &[&str] = &[
    "password_too_short",
    "password_too_common",
    "password_entirely_numeric",
];

/// A registration without the password arguments.
fn passwordless() -> Value {
    json!({ "email": "new_user@email.com", "username": "new_user" })
}

fn with_passwords(text: &str) -> Value {
    registration(json!({ "password1": text, "password2": text }))
}

async fn register(world: &World, changed: Value) -> Reply {
    world.act("register", registration(changed)).await
}

/// How many items the tables of accounts and of sessions hold.
async fn items(world: &World) -> (usize, usize) {
    let (client, [accounts, sessions, _]) = world.database();
    let (accounts, sessions) = join!(
        audit::items(client, accounts),
        audit::items(client, sessions)
    );
    (accounts.len(), sessions.len())
}

/// Nobody was registered, told, or sent anything.
async fn nothing_happened(world: &World) {
    assert_eq!(items(world).await, (0, 0));
    assert!(world.inbox.letters().is_empty());
    assert!(world.log.events().is_empty(), "{:#?}", world.log.events());
}

#[tokio::test]
async fn a_registration_makes_an_unverified_account_and_gives_tokens() {
    in_both_dialects(&[], async |world| {
        let reply = register(world, json!({})).await.succeeds();

        let account = world.account("new_user").await.expect("an account");
        let profile = &account.profile;
        assert!(profile.active && !profile.verified && !profile.archived);
        assert!(!profile.staff && !profile.superuser);
        assert_eq!(profile.email, "new_user@email.com");
        assert!(profile.secondary_email.is_none() && profile.last_login.is_none());
        assert_eq!((&*profile.first_name, &*profile.last_name), ("", ""));

        let [registered] = &world.log.events_named("user_registered")[..] else {
            panic!("one event: {:#?}", world.log.events());
        };
        assert_eq!(registered["user_id"], account.id().to_string());
        assert_eq!(world.log.events_named("token_issued").len(), 1);

        let token = reply.text("token");
        let me = world.with_token(&token).query("{ me { username } }").await;
        assert_eq!(me["me"]["username"], "new_user");
        let refresh_token = reply.text("refreshToken");
        world
            .act("refreshToken", json!({ "refreshToken": refresh_token }))
            .await
            .succeeds();

        let log = world.log.text();
        for secret in [
            "new_user",
            "email.com",
            "akssdgfbwkc",
            &token,
            &refresh_token,
        ] {
            assert!(!log.contains(secret), "{secret} is in the log: {log}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_registration_sends_one_letter_whose_link_verifies_whatever_host_was_asked() {
    in_both_dialects(&[], async |world| {
        let asker = world.anybody().with_header("host", "evil.example");
        let asker = asker.with_header("x-forwarded-host", "evil.example");
        let reply = asker.act("register", registration(json!({}))).await;
        reply.succeeds();

        let [letter] = &world.inbox.letters()[..] else {
            panic!("one letter: {:#?}", world.inbox.letters());
        };
        assert_eq!(letter.to, ["new_user@email.com"]);
        assert_eq!(letter.from, "noreply@example.com");
        assert_eq!(letter.subject, "Activate your account on Example");
        let token = world.token_mailed("new_user@email.com", "activate");
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        assert!(token.chars().all(is_safe), "{token}");
        for part in [&letter.html, &letter.text] {
            let link = format!("https://app.example.com/activate/{token}");
            assert!(part.contains(&link), "{part}");
            assert!(part.contains("Example") && part.contains("do not follow the link"));
            // A stranger chose the name, which could read as an invitation.
            assert!(!part.contains("evil.example") && !part.contains("new_user"));
        }
        world
            .act("verifyAccount", json!({ "token": token }))
            .await
            .succeeds();
    })
    .await;
}

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
async fn a_weak_password_is_refused_with_every_reason() {
    in_both_dialects(&[], async |world| {
        let cases: &[(&str, &[&str])] = &[
            ("123456", WEAK_NUMBER),
            ("123", WEAK_NUMBER),
            ("new_user99", &["password_too_similar"]),
            ("w_user@email1", &["password_too_similar"]),
            ("8462957103", &["password_entirely_numeric"]),
            ("٠١٢٣٤٥٦٧٨٩", &["password_entirely_numeric"]),
            ("PASSWORD ", &["password_too_common"]),
            ("😀😁😂🤣", &["password_too_short"]),
        ];
        for (password, codes) in cases {
            let reply = world.act("register", with_passwords(password)).await;
            reply.refuses_all(&[("password2", codes)]);
        }
        let message = async |password| {
            let reply = world.act("register", with_passwords(password)).await;
            reply.message("password2").to_owned()
        };
        assert_eq!(
            message("new_user99").await,
            "The password is too similar to the username."
        );
        assert_eq!(
            message("w_user@email1").await,
            "The password is too similar to the email address."
        );
        assert_eq!(
            message("😀😁😂🤣").await,
            "This password is too short. It must contain at least 8 characters."
        );
        assert_eq!(message("PASSWORD ").await, "This password is too common.");
        assert_eq!(
            message("8462957103").await,
            "This password is entirely numeric."
        );
        nothing_happened(world).await;
    })
    .await;
}

#[tokio::test]
async fn a_check_of_passwords_can_be_switched_off() {
    in_both_dialects(
        &[("AUTH_PASSWORD_VALIDATORS", "numeric,length")],
        async |world| {
            let reply = world.act("register", with_passwords("123")).await;
            reply.refuses_all(&[(
                "password2",
                &["password_too_short", "password_entirely_numeric"],
            )]);
            world
                .act("register", with_passwords("new_user"))
                .await
                .succeeds();
        },
    )
    .await;
}

#[tokio::test]
async fn the_two_passwords_must_be_there_and_equal() {
    in_both_dialects(&[], async |world| {
        let pair = async |first: &str, second: &str| {
            register(world, json!({ "password1": first, "password2": second })).await
        };
        let reply = pair("123", "456")
            .await
            .refuses("password2", "password_mismatch");
        assert_eq!(
            reply.message("password2"),
            "The two password fields didn\u{2019}t match."
        );
        pair("akssdgfbwkc", "akssdgfbwkc ")
            .await
            .refuses("password2", "password_mismatch");
        let reply = pair("", "").await;
        let reply =
            reply.refuses_all(&[("password1", &["required"]), ("password2", &["required"])]);
        assert_eq!(reply.message("password1"), "This field is required.");
        pair("akssdgfbwkc", "")
            .await
            .refuses("password2", "required");
        pair("", "akssdgfbwkc")
            .await
            .refuses("password1", "required");
        pair("", "123456")
            .await
            .refuses_all(&[("password1", &["required"]), ("password2", WEAK_NUMBER)]);
        nothing_happened(world).await;
    })
    .await;
}

#[tokio::test]
async fn every_character_of_a_password_counts_also_emoji_and_spaces() {
    in_both_dialects(&[], async |world| {
        let password = " 😀😁😂🤣😃😄😅 ";
        world
            .act("register", with_passwords(password))
            .await
            .succeeds();
        let log_in = async |password: &str| {
            let credentials = json!({ "username": "new_user", "password": password });
            world.act("tokenAuth", credentials).await
        };
        log_in(password.trim())
            .await
            .refuses("nonFieldErrors", "invalid_credentials");
        log_in(password).await.succeeds();
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

#[tokio::test]
async fn everything_wrong_with_a_form_is_told_at_once_in_order() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let wrong = json!({ "email": "nope", "username": "a b", "password1": "123456", "password2": "123456" });
        register(world, wrong).await.refuses_all(&[
            ("email", &["invalid"]),
            ("username", &["invalid"]),
            ("password2", WEAK_NUMBER),
        ]);
        let taken = json!({ "username": "vera", "password1": "123456", "password2": "123456" });
        register(world, taken)
            .await
            .refuses_all(&[("username", &["unique"]), ("password2", WEAK_NUMBER)]);
        let empty = json!({ "email": "", "username": " ", "password1": "", "password2": "" });
        register(world, empty).await.refuses_all(&[
            ("email", &["required"]),
            ("username", &["required"]),
            ("password1", &["required"]),
            ("password2", &["required"]),
        ]);
        // The fields come before the characters of the username, the strength after.
        let different = json!({ "username": "a b", "password1": "123", "password2": "456" });
        register(world, different).await.refuses_all(&[
            ("password2", &["password_mismatch"]),
            ("username", &["invalid"]),
        ]);
        assert_eq!(world.accounts().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn where_unverified_people_may_not_log_in_a_registration_gives_no_tokens() {
    in_both_dialects(&[("ALLOW_LOGIN_NOT_VERIFIED", "false")], async |world| {
        let reply = register(world, json!({})).await.succeeds();
        assert!(reply.get("token").is_null() && reply.get("refreshToken").is_null());
        assert_eq!(items(world).await, (3, 0));
        assert_eq!(world.letters_to("new_user@email.com").len(), 1);
        assert_eq!(world.log.events_named("token_issued").len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_session_is_stored_only_for_a_client_that_selects_the_refresh_token() {
    in_both_dialects(&[], async |world| {
        for (number, (selection, sessions)) in [
            ("success errors token", 0),
            ("success errors token refreshToken @skip(if: true)", 0),
            (
                "success errors token ... @include(if: false) { refreshToken }",
                0,
            ),
            ("success errors token again: refreshToken", 1),
            ("success errors token ... { ... { refreshToken } }", 2),
        ]
        .into_iter()
        .enumerate()
        {
            let form = registration(json!({
                "username": format!("user{number}"), "email": format!("user{number}@email.com"),
            }));
            let asker = world.anybody();
            let reply = asker.act_selecting("register", form, selection).await;
            assert!(reply.succeeds().get("token").is_string());
            assert_eq!(items(world).await.1, sessions, "{selection}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_incomplete_or_ambiguous_registration_is_a_request_error_and_does_nothing() {
    in_both_dialects(&[], async |world| {
        world.nora().await;
        let asker = world.anybody();
        let text = |form: &Value| asker.act_text("register", form, "success");
        let whole = text(&registration(json!({})));
        let mut without_password = registration(json!({}));
        let members = without_password.as_object_mut().expect("an object");
        members.remove("password1");
        let with_variable = text(&registration(json!({ "password1": "$p" })));
        let with_variable = with_variable.replace("\"$p\"", "$p");
        let nora = json!({ "email": "nora@email.com" });
        let resend = asker.act_text("resendActivationEmail", &nora, "success");
        let documents = [
            format!("mutation {{ {} }}", text(&without_password)),
            format!(
                "mutation {{ {} }}",
                text(&registration(json!({ "password1": null })))
            ),
            format!(
                "mutation {{ {} }}",
                text(&registration(json!({ "username": 5 })))
            ),
            format!(
                "mutation {{ {} }}",
                text(&registration(json!({ "firstName": "Luke" })))
            ),
            format!("mutation ($p: String!) {{ {with_variable} }}"),
            format!("mutation ($p: String!) {{ {resend} {with_variable} }}"),
            format!("mutation ($p: String) {{ {with_variable} }}"),
            format!("mutation {{ a: {whole} a: {whole} }}"),
            format!("mutation {{ {whole} {whole} }}"),
        ];
        for document in documents {
            for variables in [json!({}), json!({ "p": null }), json!({ "p": 5 })] {
                let reply = asker.document(&document, variables).await;
                reply.is_request_error();
            }
        }
        assert_eq!(items(world).await, (3, 0));
        assert!(world.inbox.letters().is_empty());
        assert!(world.proxy.take_calls().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_header_makes_no_difference_to_a_registration() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        let reply = vera.act("register", registration(json!({}))).await;
        let token = reply.succeeds().text("token");
        let me = world.with_token(&token).query("{ me { username } }").await;
        assert_eq!(me["me"]["username"], "new_user");

        let form = registration(json!({ "username": "second", "email": "second@email.com" }));
        let garbage = world.with_token("garbage");
        garbage.act("register", form).await.succeeds();
        let form = registration(json!({ "username": "vera" }));
        vera.act("register", form)
            .await
            .refuses("username", "unique");
    })
    .await;
}

#[tokio::test]
async fn a_registration_whose_letter_is_not_accepted_leaves_nothing_behind() {
    in_both_dialects(&[], async |world| {
        for behaviour in [
            Behaviour::Refuse,
            Behaviour::Throttle,
            Behaviour::Fail,
            Behaviour::Babble,
            Behaviour::Drop,
            Behaviour::LoseAnswer,
        ] {
            world.inbox.clear();
            world.inbox.behave(behaviour);
            let reply = register(world, json!({})).await;
            let reply = reply.refuses("nonFieldErrors", "email_fail");
            assert_eq!(reply.message("nonFieldErrors"), "Failed to send email.");
            // A letter that may have gone out is not sent again.
            assert_eq!(world.inbox.requests(), 1, "{behaviour:?}");
            assert_eq!(items(world).await, (0, 0), "{behaviour:?}");
        }
        let orphaned = world.token_mailed("new_user@email.com", "activate");
        world.inbox.behave(Behaviour::Deliver);
        move_post_office(world, "http://127.0.0.1:1");
        register(world, json!({}))
            .await
            .refuses("nonFieldErrors", "email_fail");
        assert_eq!(items(world).await, (0, 0));
        assert!(world.log.events().is_empty());
        assert!(!world.log.text().contains("new_user@email.com"));

        move_post_office(world, &world.inbox.url());
        register(world, json!({})).await.succeeds();
        world
            .act("verifyAccount", json!({ "token": orphaned }))
            .await
            .refuses("nonFieldErrors", "invalid_token");
    })
    .await;
}

/// The same service with its post office elsewhere.
fn move_post_office(world: &World, url: &str) {
    let moved = world.restart(&[("AWS_ENDPOINT_URL_SESV2", url)]);
    moved.expect("settings that are right");
}

#[tokio::test]
async fn a_registration_that_cannot_be_undone_stays_whole_and_can_be_activated() {
    in_both_dialects(&[], async |world| {
        world.inbox.behave_at(1, Behaviour::Refuse);
        for repeat in 2..=5 {
            world.proxy.nth_of("TransactWriteItems", repeat, Fate::Fail);
        }
        register(world, json!({}))
            .await
            .refuses("nonFieldErrors", "email_fail");
        world.proxy.all(Fate::Pass);
        assert_eq!(items(world).await, (3, 1));
        assert!(world.log.events_named("user_registered").is_empty());

        let email = json!({ "email": "new_user@email.com" });
        world.act("resendActivationEmail", email).await.succeeds();
        let token = world.token_mailed("new_user@email.com", "activate");
        world
            .act("verifyAccount", json!({ "token": token }))
            .await
            .succeeds();
    })
    .await;
}

#[tokio::test]
async fn an_account_verified_before_its_registration_could_be_undone_stays() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.inbox.behave_at(1, Behaviour::LoseAnswer);
    // The undo is asked for twice; in between the letter, which did go out, is read.
    world.proxy.nth_of("TransactWriteItems", 2, Fate::Hang);
    let reader = async {
        while world.inbox.letters().is_empty() {
            tokio::task::yield_now().await;
        }
        let token = world.token_mailed("new_user@email.com", "activate");
        world.act("verifyAccount", json!({ "token": token })).await
    };
    let (registered, verified) = join!(register(&world, json!({})), reader);
    registered.refuses("nonFieldErrors", "email_fail");
    verified.succeeds();
    let account = world.account("new_user").await.expect("an account");
    assert!(account.profile.verified);
    world.close().await;
}

#[tokio::test]
async fn an_answer_of_the_store_that_is_lost_is_asked_for_again_and_makes_one_account() {
    in_both_dialects(&[], async |world| {
        world
            .proxy
            .nth_of("TransactWriteItems", 1, Fate::LoseAnswer);
        register(world, json!({})).await.succeeds();
        assert_eq!(items(world).await, (3, 1));
        assert_eq!(world.inbox.letters().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_registration_whose_outcome_the_store_never_tells_leaves_nothing_behind() {
    in_both_dialects(&[], async |world| {
        for fate in [Fate::LoseAnswer, Fate::Babble, Fate::Fail] {
            for repeat in 1..=4 {
                world.proxy.nth_of("TransactWriteItems", repeat, fate);
            }
            register(world, json!({})).await.is_internal_error();
            world.proxy.all(Fate::Pass);
            assert_eq!(items(world).await, (0, 0), "{fate:?}");
        }
        assert!(world.inbox.letters().is_empty() && world.log.events().is_empty());
        register(world, json!({})).await.succeeds();
    })
    .await;
}

/// Without passwords, with a mail that sets one.
const PASSWORDLESS: [(&str, &str); 2] = [
    ("ALLOW_PASSWORDLESS_REGISTRATION", "true"),
    ("SEND_PASSWORD_SET_EMAIL", "true"),
];

#[tokio::test]
async fn without_a_password_two_letters_go_out_and_nobody_can_log_in_yet() {
    in_both_dialects(&PASSWORDLESS, async |world| {
        for may_log_in in ["true", "false"] {
            let restarted = world.restart(&[("ALLOW_LOGIN_NOT_VERIFIED", may_log_in)]);
            restarted.expect("settings that are right");
            let username = format!("user_{may_log_in}");
            let email = format!("{username}@email.com");
            let form = json!({ "email": email, "username": username });
            let reply = world.act("register", form).await.succeeds();
            assert!(reply.get("token").is_null() && reply.get("refreshToken").is_null());
            drop(world.token_mailed(&email, "activate"));
            drop(world.token_mailed(&email, "password-set"));
            let letters = world.letters_to(&email);
            assert_eq!(letters.len(), 2);
            for letter in letters {
                assert!(!letter.html.contains(&username) && !letter.text.contains(&username));
            }
            for password in ["", "23kegbsi7g2k"] {
                let credentials = json!({ "username": username, "password": password });
                world
                    .act("tokenAuth", credentials)
                    .await
                    .refuses("nonFieldErrors", "invalid_credentials");
            }
        }
        assert_eq!(items(world).await, (6, 0));
        world
            .act("register", registration(json!({})))
            .await
            .is_request_error();
    })
    .await;
}

#[tokio::test]
async fn without_a_password_both_letters_must_be_accepted() {
    in_both_dialects(&PASSWORDLESS, async |world| {
        for which in [1, 2] {
            world.inbox.behave_at(which, Behaviour::Refuse);
            world
                .act("register", passwordless())
                .await
                .refuses("nonFieldErrors", "email_fail");
            assert_eq!(items(world).await, (0, 0));
        }
        assert!(world.log.events().is_empty());
        world.inbox.behave(Behaviour::Deliver);
        world.act("register", passwordless()).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn letters_that_are_switched_off_are_not_sent() {
    in_both_dialects(&[("SEND_ACTIVATION_EMAIL", "false")], async |world| {
        register(world, json!({})).await.succeeds();
        let account = world.account("new_user").await.expect("an account");
        assert!(!account.profile.verified);
        let passwordless_only = [("ALLOW_PASSWORDLESS_REGISTRATION", "true")];
        world
            .restart(&passwordless_only)
            .expect("settings that are right");
        let form = json!({ "email": "second@email.com", "username": "second" });
        world.act("register", form).await.succeeds();
        assert!(world.inbox.letters().is_empty());
    })
    .await;
}

#[tokio::test]
async fn names_can_be_asked_for() {
    let optional = [("REGISTER_MUTATION_FIELDS_OPTIONAL", "first_name,last_name")];
    in_both_dialects(&optional, async |world| {
        let like_the_name = json!({
            "firstName": "lukeluke", "password1": "lukeluke1", "password2": "lukeluke1",
        });
        let reply = register(world, like_the_name).await;
        let reply = reply.refuses("password2", "password_too_similar");
        assert_eq!(
            reply.message("password2"),
            "The password is too similar to the first name."
        );
        let long = "x".repeat(151);
        let too_long = json!({ "firstName": long, "lastName": long, "username": "" });
        register(world, too_long).await.refuses_all(&[
            ("username", &["required"]),
            ("firstName", &["max_length"]),
            ("lastName", &["max_length"]),
        ]);
        let names = json!({ "firstName": " Luke ", "lastName": null });
        register(world, names).await.succeeds();
        let account = world.account("new_user").await.expect("an account");
        let profile = account.profile;
        assert_eq!((&*profile.first_name, &*profile.last_name), ("Luke", ""));
    })
    .await;
}

#[tokio::test]
async fn names_can_be_demanded() {
    let required = [("REGISTER_MUTATION_FIELDS", "email,username,last_name")];
    in_both_dialects(&required, async |world| {
        register(world, json!({})).await.is_request_error();
        register(world, json!({ "lastName": " " }))
            .await
            .refuses("lastName", "required");
        register(world, json!({ "lastName": "Skywalker" }))
            .await
            .succeeds();
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
