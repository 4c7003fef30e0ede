//! Queries, and what is answered without asking anybody.

use serde_json::json;

use super::{Ledger, confirmed};

const NONE: &str = "a request without a token, or with one that is not ours";

pub(super) async fn nobody_and_queries(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    let (vera, stan) = (world.vera().await, world.stan().await);
    let nobody = world.anybody();
    let stranger = world.with_token("not.a.token");
    for asker in [&nobody, &stranger] {
        ledger.query(NONE, asker, "{ me { id } }").await;
        let refused = ledger.act(NONE, asker, "swapEmails", confirmed()).await;
        refused.refuses("nonFieldErrors", "unauthenticated");
    }
    for (act, argument) in [
        ("verifyToken", "token"),
        ("refreshToken", "refreshToken"),
        ("revokeToken", "refreshToken"),
        ("verifyAccount", "token"),
        ("verifySecondaryEmail", "token"),
    ] {
        let refused = ledger.act(NONE, &nobody, act, json!({ argument: "forged" }));
        refused.await.refuses("nonFieldErrors", "invalid_token");
    }

    let vera = (world.as_person("vera").await, vera);
    let me = ledger.query("`me`", &vera.0, "{ me { username } }").await;
    assert_eq!(me["me"]["username"], "vera");
    let stan = (world.as_person("stan").await, stan);
    let users = "{ users { edges { node { id username } } } }";
    let page = "`users`, a page: eight shards side by side";
    let found = ledger.query(page, &stan.0, users).await;
    let edges = found["users"]["edges"].as_array().expect("edges");
    assert!(!edges.is_empty(), "{found}");
    let id = edges[0]["node"]["id"].as_str().expect("an id").to_owned();
    for query in [
        format!("{{ user(id: \"{id}\") {{ username }} }}"),
        format!("{{ node(id: \"{id}\") {{ id }} }}"),
    ] {
        ledger.query("`user`, `node`", &stan.0, &query).await;
    }
    for filter in ["username: \"VERA\"", "email: \"vera@email.com\""] {
        let query = format!("{{ users({filter}) {{ edges {{ node {{ username }} }} }} }}");
        let exact = "`users` with an exact filter";
        let found = ledger.query(exact, &stan.0, &query).await;
        let name = &found["users"]["edges"][0]["node"]["username"];
        assert_eq!(name, "vera", "{found}");
    }
}
