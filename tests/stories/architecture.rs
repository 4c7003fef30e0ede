//! Imports point inwards, and every flow has its act and its story.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every source file below a folder, with its path from the root and its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let name = path.strip_prefix(root()).expect("below the root");
                let text = std::fs::read_to_string(&path).expect("a source");
                found.push((name.to_string_lossy().into_owned(), text));
            }
        }
    }
    assert!(!found.is_empty(), "no sources in {folder}");
    found
}

/// A word stands in the code of these folders only; what stands beside is named.
fn stays_in(word: &str, allowed: &[&str]) {
    for (name, text) in sources("shared/src")
        .into_iter()
        .chain(sources("functions/graphql/src"))
    {
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        let line = text
            .lines()
            .filter(is_code)
            .find(|line| line.contains(word));
        let is_allowed = allowed.iter().any(|folder| name.starts_with(folder));
        assert!(
            line.is_none() || is_allowed,
            "{name} knows {word}: {line:?}"
        );
    }
}

#[test]
fn graphql_and_lambda_stay_at_the_door() {
    stays_in("async_graphql", &["functions/"]);
    stays_in("lambda_http", &["functions/"]);
}

#[test]
fn each_engine_is_spoken_to_in_one_folder() {
    stays_in("aws_sdk_dynamodb", &["shared/src/store"]);
    stays_in("aws_sdk_sesv2", &["shared/src/mail"]);
}

#[test]
fn the_environment_is_read_in_settings_only() {
    stays_in("env::var", &["shared/src/settings"]);
}

#[test]
fn nothing_below_flows_knows_a_flow() {
    for folder in [
        "shared/src/store",
        "shared/src/mail",
        "shared/src/token",
        "shared/src/password",
    ] {
        for (name, text) in sources(folder) {
            assert!(!text.contains("crate::flows"), "{name} knows a flow");
        }
    }
}

/// The names of the flows: what a person can do, and the guards that several acts share.
fn flows() -> Vec<String> {
    let folder = Path::new("shared/src/flows");
    let named = |(name, _): (String, String)| {
        let path = Path::new(&name);
        // What is further down is a part of a flow.
        let is_flow = path.parent() == Some(folder);
        let stem = path.file_stem().expect("a name").to_string_lossy();
        is_flow.then(|| stem.into_owned())
    };
    let sources = sources("shared/src/flows");
    let mut flows: Vec<_> = sources.into_iter().filter_map(named).collect();
    flows.retain(|flow| flow != "mod");
    assert!(flows.len() > 10, "{flows:?}");
    flows
}

#[test]
fn every_flow_has_its_act() {
    let acts: String = sources("functions/graphql/src")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    for flow in flows() {
        assert!(
            acts.contains(&format!("flows::{flow}")),
            "nothing at the door calls {flow}"
        );
    }
}

#[test]
fn every_flow_has_its_story_under_the_same_name() {
    let told = std::fs::read_to_string(root().join("tests/stories/main.rs"));
    let told = told.expect("the list of stories");
    let stories = sources("tests/stories");
    for flow in flows() {
        assert!(
            told.contains(&format!("\nmod {flow};\n")),
            "main.rs does not have {flow}"
        );
        let name = format!("tests/stories/{flow}.rs");
        let story = stories.iter().find(|(file, _)| *file == name);
        story.unwrap_or_else(|| panic!("there is no {name}"));
        let chapters = format!("tests/stories/{flow}");
        let is_told = stories
            .iter()
            .filter(|(file, _)| *file == name || file.starts_with(&format!("{chapters}/")))
            .any(|(_, text)| text.contains("#[tokio::test]"));
        assert!(is_told, "{name} tells nothing");
    }
}

#[test]
fn no_call_of_the_store_outlasts_its_request() {
    for (name, text) in sources("shared/src/store") {
        let text: String = text.split_whitespace().collect();
        assert!(!text.contains(".send().await"), "{name} waits without end");
        let (sent, waited_for) = (text.matches(".send()"), text.matches("in_time("));
        assert!(
            sent.count() <= waited_for.count(),
            "{name} waits without end"
        );
    }
}
