//! What counts as one network, and whom to believe about it.

use tests::in_both_dialects;

use super::{HOME, guess, log_in_from, outcome, right, wrong};

#[tokio::test]
async fn the_half_of_an_ipv6_address_that_its_owner_chooses_freely_does_not_matter() {
    in_both_dialects(&[("THROTTLE_LOGIN", "3/15m")], async |world| {
        world.vera().await;
        for network in ["2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:1:ffff::"] {
            guess(world, network, "vera", 1).await;
        }
        let neighbour = "2001:db8:0:1:1:2:3:4";
        assert_eq!(
            log_in_from(world, neighbour, right("vera")).await,
            "too_many_tries"
        );
        assert_eq!(
            log_in_from(world, "2001:db8:0:2::1", right("vera")).await,
            "success"
        );
        guess(world, "198.51.100.1", "vera", 2).await;
        guess(world, "::ffff:198.51.100.1", "vera", 1).await;
        assert_eq!(
            log_in_from(world, "198.51.100.1", right("vera")).await,
            "too_many_tries"
        );
    })
    .await;
}

#[tokio::test]
async fn without_trusted_proxies_a_forwarded_address_gives_no_more_tries() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        for try_number in 0..11 {
            let forwarded = format!("203.0.113.{try_number}, {HOME}");
            let asker = world.anybody().with_header("x-forwarded-for", &forwarded);
            let answer = outcome(&asker.act("tokenAuth", wrong("vera")).await);
            let expected = if try_number < 10 {
                "invalid_credentials"
            } else {
                "too_many_tries"
            };
            assert_eq!(answer, expected, "{try_number}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_trusted_proxy_is_believed_about_who_called_it() {
    let settings = [("TRUSTED_PROXIES", "1"), ("THROTTLE_LOGIN", "1/15m")];
    in_both_dialects(&settings, async |world| {
        // A try is refused if its network is the one of an earlier try for the same name.
        let mut names = 0;
        let mut is_same_network = async |one: Option<&str>, other: Option<&str>| {
            names += 1;
            let mut answers = Vec::new();
            for header in [one, other] {
                let asker = world.anybody().from(HOME);
                let asker = match header {
                    Some(header) => asker.with_header("x-forwarded-for", header),
                    None => asker,
                };
                let name = format!("name {names}");
                answers.push(outcome(&asker.act("tokenAuth", wrong(&name)).await));
            }
            assert_eq!(answers[0], "invalid_credentials");
            answers[1] == "too_many_tries"
        };
        let with_source = format!("192.0.2.66, 203.0.113.5, {HOME}");
        let without = "192.0.2.66, 203.0.113.5";
        assert!(is_same_network(Some(&with_source), Some(without)).await);
        assert!(is_same_network(Some(without), Some("203.0.113.5")).await);
        assert!(is_same_network(Some("198.51.100.1, 203.0.113.5"), Some(without)).await);
        assert!(!is_same_network(Some(without), Some("192.0.2.66")).await);
        assert!(!is_same_network(Some(without), None).await);
        assert!(is_same_network(None, Some("unknown")).await);
        assert!(is_same_network(None, Some(HOME)).await);
        assert!(is_same_network(Some("2001:db8::1"), Some("2001:db8::2")).await);
    })
    .await;
}
