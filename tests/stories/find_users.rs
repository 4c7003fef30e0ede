mod access;
mod filters;
mod paging;

use std::time::Duration;

use serde_json::{Value, json};
use tests::request::Asker;
use tests::{Reply, World};

const FORBIDDEN: &str = "You do not have permission to perform this action";

const SELECTION: &str = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } \
     edges { cursor node { id username email archived verified secondaryEmail isActive } }";

/// One page of the list.
struct Page(Value);

impl Page {
    fn edges(&self) -> &[Value] {
        self.0["edges"].as_array().expect("edges")
    }

    fn names(&self) -> Vec<&str> {
        let name = |edge: &'_ Value| edge["node"]["username"].as_str().map(str::len);
        assert!(self.edges().iter().all(|edge| name(edge).is_some()));
        self.edges()
            .iter()
            .filter_map(|edge| edge["node"]["username"].as_str())
            .collect()
    }

    fn info(&self, name: &str) -> &Value {
        &self.0["pageInfo"][name]
    }

    fn has_next(&self) -> bool {
        self.info("hasNextPage") == true
    }

    fn has_previous(&self) -> bool {
        self.info("hasPreviousPage") == true
    }

    /// A cursor of the page, ready to be written into a query.
    fn cursor(&self, name: &str) -> String {
        let cursor = self.info(name);
        assert!(cursor.is_string(), "{}", self.0);
        cursor.to_string()
    }

    fn is_empty_for_good(&self) -> bool {
        self.edges().is_empty()
            && !self.has_next()
            && !self.has_previous()
            && self.info("startCursor").is_null()
            && self.info("endCursor").is_null()
    }
}

async fn asked(asker: &Asker<'_>, arguments: &str) -> Reply {
    let arguments = match arguments {
        "" => String::new(),
        some => format!("({some})"),
    };
    asker
        .document(
            &format!("{{ users{arguments} {{ {SELECTION} }} }}"),
            json!({}),
        )
        .await
}

async fn users(asker: &Asker<'_>, arguments: &str) -> Page {
    let reply = asked(asker, arguments).await;
    assert_eq!(reply.body.get("errors"), None, "{arguments}{reply}");
    Page(reply.body["data"]["users"].clone())
}

/// Everybody, each a second after the other: stan, who may look, is the first.
async fn a_small_town(world: &World) -> Asker<'_> {
    world.stan().await;
    world.pass(Duration::from_secs(1));
    world.vera().await;
    world.pass(Duration::from_secs(1));
    world.nora().await;
    world.pass(Duration::from_secs(1));
    world.sam().await;
    world.pass(Duration::from_secs(1));
    world.archie().await;
    world.pass(Duration::from_secs(1));
    world.ina().await;
    world.pass(Duration::from_secs(1));
    world.petra().await;
    world.as_person("stan").await
}

const TOWN: [&str; 7] = ["stan", "vera", "nora", "sam", "archie", "ina", "petra"];
