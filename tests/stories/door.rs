//! What the door does with a request before any flow is asked, and as whom flows are asked.

mod documents;
mod header;
mod requests;
mod sizes;

use serde_json::{Value, json};
use tests::Reply;
use tests::request::Asker;

const ME: &str = "{ me { username } }";

/// Asks for several acts in one document, `a0` and so on.
async fn together(asker: &Asker<'_>, acts: &[(&str, Value)]) -> Reply {
    asker.acts(acts).await.swap_remove(0)
}

/// Claims that of several acts each went so: `None` for success, else the code under its key.
#[track_caller]
fn each_went(reply: &Reply, outcomes: &[Option<(&str, &str)>]) {
    assert_eq!(reply.status, 200, "{reply}");
    for (number, outcome) in outcomes.iter().enumerate() {
        let result = &reply.body["data"][format!("a{number}")];
        assert_eq!(
            result["success"],
            json!(outcome.is_none()),
            "a{number}{reply}"
        );
        if let Some((key, code)) = outcome {
            assert_eq!(result["errors"][key][0]["code"], *code, "a{number}{reply}");
        }
    }
}
