//! The pages of `make dev`, with everything that they load.

use crate::browser::Browser;
use crate::laptop::Laptop;

/// Holds that every page is served with what it loads, that nothing is loaded from elsewhere, and that its scripts may
/// ask the function.
pub async fn are_all_there(laptop: &Laptop) {
    let browser = Browser::new(laptop);
    let pages: Vec<_> = laptop
        .addresses()
        .iter()
        .filter(|(name, _)| name.starts_with("GraphiQL, ") || name.as_str() == "Mailbox")
        .collect();
    assert_eq!(pages.len(), 4, "the mailbox and one for each dialect");
    for (name, address) in pages {
        let page = browser.page(address).await;
        assert!(page.contains("<title>"), "{name}");
        let loaded = loaded_by(&page);
        assert!(loaded.len() >= 2, "{name} loads {loaded:?}");
        for path in loaded {
            is_loaded(&browser, path).await;
        }
        is_shown_to_this_machine_only(&browser, address).await;
    }
    for dialect in ["plain", "relay", "gqlauth"] {
        let page = browser
            .page(browser.address(&format!("GraphiQL, {dialect}")))
            .await;
        let name = format!("GraphQL, {dialect}");
        let endpoint = format!(r#""endpoint":"{}""#, browser.address(&name));
        assert!(page.contains(&endpoint), "{endpoint} in {page}");
        let allowed = browser.may_ask(&name).await;
        for name in ["origin", "methods", "headers"] {
            let name = format!("access-control-allow-{name}");
            assert!(allowed.headers().contains_key(&name), "{name}: {allowed:?}");
        }
    }
}

/// What `src` and the `href` of `link` elements name.
fn loaded_by(page: &str) -> Vec<&str> {
    let tags = page.split('<').filter(|tag| {
        let name = tag.split_whitespace().next().unwrap_or_default();
        matches!(name, "script" | "link" | "img" | "iframe")
    });
    let named = tags.filter_map(|tag| {
        let (_, rest) = tag.split_once(" src=\"").or(tag.split_once(" href=\""))?;
        Some(rest.split_once('"')?.0)
    });
    named.filter(|path| !path.starts_with("data:")).collect()
}

async fn is_loaded(browser: &Browser, path: &str) {
    let path = path.strip_prefix('/');
    let path = path.unwrap_or_else(|| panic!("{path:?} is not of this server"));
    let answer = browser.open(&browser.at_the_mailbox(path)).await;
    let kind = answer.headers()["content-type"].clone();
    let kind = kind.to_str().expect("a media type");
    let expected = match path.rsplit_once('.') {
        Some((_, "css")) => "text/css",
        _ => "text/javascript",
    };
    assert!(kind.starts_with(expected), "{path} is {kind}");
    assert!(!answer.text().await.expect("a text").is_empty(), "{path}");
}

/// A name that somebody points at 127.0.0.1 opens nothing.
async fn is_shown_to_this_machine_only(browser: &Browser, address: &str) {
    let answer = browser.get(address, "mailbox.example.com").await;
    assert_eq!(answer.status(), 403, "{address}");
}
