//! Several answers to one captcha at once, and answers that are lost.

use futures::future::join_all;
use tests::{Fate, Reply, WITHOUT_LIMITS, in_each_dialect};

use super::{BOTH, TEXT, log_in};

#[tokio::test]
async fn of_two_right_answers_at_once_one_is_accepted() {
    in_each_dialect(BOTH, async |world| {
        world.vera().await;
        for _ in 0..3 {
            let captcha = world.captcha_saying(TEXT).await;
            let (one, other) =
                futures::join!(log_in(world, &captcha, TEXT), log_in(world, &captcha, TEXT));
            let (done, refused): (Vec<_>, Vec<_>) =
                [one, other].into_iter().partition(Reply::has_succeeded);
            assert_eq!(done.len(), 1);
            assert!(
                refused[0].is_refused("captcha", "expired_captcha"),
                "{}",
                refused[0]
            );
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_right_answers_at_once_one_is_accepted_though_only_one_try_is_left() {
    in_each_dialect(BOTH, async |world| {
        world.vera().await;
        for _ in 0..5 {
            let captcha = world.captcha_saying(TEXT).await;
            let wrong = async |_| log_in(world, &captcha, "000000").await;
            for reply in join_all((0..4).map(wrong)).await {
                reply.refuses("captcha", "invalid_captcha");
            }
            let right = async |_| log_in(world, &captcha, TEXT).await;
            let replies = join_all((0..2).map(right)).await;
            let accepted = replies.iter().filter(|reply| reply.has_succeeded());
            assert_eq!(accepted.count(), 1, "{}{}", replies[0], replies[1]);
        }
    })
    .await;
}

#[tokio::test]
async fn of_fifty_wrong_answers_at_once_five_are_compared() {
    in_each_dialect(BOTH, async |world| {
        world.vera().await;
        let captcha = world.captcha_saying(TEXT).await;
        let replies = join_all((0..50).map(|_| log_in(world, &captcha, "000000"))).await;
        let with = |code: &str| {
            replies
                .iter()
                .filter(|it| it.is_refused("captcha", code))
                .count()
        };
        let (compared, exceeded) = (with("invalid_captcha"), with("max_retries_exceeded"));
        assert_eq!(compared, 5);
        assert_eq!(exceeded, 1);
        assert_eq!(compared + exceeded + with("expired_captcha"), 50);
        log_in(world, &captcha, TEXT)
            .await
            .refuses("captcha", "expired_captcha");
    })
    .await;
}

#[tokio::test]
async fn a_right_answer_that_was_counted_in_time_is_accepted_whatever_comes_after_it() {
    let settings = [WITHOUT_LIMITS, BOTH].concat();
    in_each_dialect(&settings, async |world| {
        world.vera().await;
        let captcha = world.captcha_saying(TEXT).await;
        // The first write counts it, the second accepts it.
        let held = world.proxy.hold("UpdateItem", 2);
        let meanwhile = async {
            held.arrives().await;
            for code in [
                "invalid_captcha",
                "invalid_captcha",
                "invalid_captcha",
                "invalid_captcha",
                "max_retries_exceeded",
                "expired_captcha",
            ] {
                let reply = log_in(world, &captcha, "000000").await;
                reply.refuses("captcha", code);
            }
            held.goes_on();
        };
        let (reply, ()) = futures::join!(log_in(world, &captcha, TEXT), meanwhile);
        reply.succeeds();
        let again = log_in(world, &captcha, TEXT).await;
        again.refuses("captcha", "expired_captcha");
    })
    .await;
}

#[tokio::test]
async fn a_right_answer_whose_answers_from_the_store_are_lost_is_accepted_once() {
    let settings = [WITHOUT_LIMITS, BOTH].concat();
    in_each_dialect(&settings, async |world| {
        world.vera().await;
        for lost in [1, 2] {
            let captcha = world.captcha_saying(TEXT).await;
            world.proxy.nth_of("UpdateItem", lost, Fate::LoseAnswer);
            log_in(world, &captcha, TEXT).await.succeeds();
            let again = log_in(world, &captcha, TEXT).await;
            again.refuses("captcha", "expired_captcha");
        }
    })
    .await;
}
