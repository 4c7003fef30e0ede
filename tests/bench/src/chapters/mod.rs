//! What is measured, one file per chapter.

mod cold_start;
mod growth;
mod load;
mod login;
mod names;
mod profile;
mod units;

use crate::page::Chapter;

/// The chapters, in the order of the page.
pub const NAMES: &[&str] = &["cold_start", "login", "load", "growth", "names", "units"];

/// Takes a build of its own and valgrind, so it is measured when it is asked for.
pub const PROFILE: &str = "profile";

/// Measures one chapter.
pub async fn measure(name: &str) -> anyhow::Result<Chapter> {
    match name {
        "cold_start" => cold_start::measure().await,
        "login" => login::measure().await,
        "load" => load::measure().await,
        "growth" => growth::measure().await,
        "names" => names::measure().await,
        "units" => units::measure().await,
        PROFILE => profile::measure().await,
        other => anyhow::bail!("no chapter is called {other}"),
    }
}
