//! What the function may do with its tables is what it is seen to do, in both directions: `infra/operations.json` has
//! nothing that no act needs, and every story ends by asking whether it has all that was needed. To write it anew:
//! `LATCHKEY_WRITE_DOCS=1 cargo test --workspace --test stories operations`.

use graphql::http::Dialect;
use local::inbox::Behaviour;
use serde_json::json;
use tests::World;
use tests::every_act::{Limits, perform};
use tests::operations::{self, Operations, is_to_be_written};
use tests::people::registration;

/// A registration with a session is taken back, since its letter cannot be sent.
async fn a_registration_is_taken_back(world: &World) {
    world.inbox.behave(Behaviour::Refuse);
    let refused = world.act("register", registration(json!({}))).await;
    refused.refuses("nonFieldErrors", "email_fail");
    world.inbox.behave(Behaviour::Deliver);
}

fn written(operations: &Operations) -> String {
    let mut text = serde_json::to_string_pretty(operations).expect("names have a form in JSON");
    text.push('\n');
    text
}

#[tokio::test]
async fn what_is_on_record_is_what_the_acts_need_and_nothing_more() {
    let world = World::open(Dialect::Plain, &[]).await;
    a_registration_is_taken_back(&world).await;
    perform(&world, Limits::On).await;
    let seen = world.proxy.operations();
    world.close().await;
    if is_to_be_written() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/operations.json");
        std::fs::write(path, written(&seen)).expect("infra/operations.json can be written");
        return;
    }
    assert_eq!(
        operations::beyond(&operations::on_record(), &seen),
        Vec::<String>::new(),
        "no act is seen to need these"
    );
}
