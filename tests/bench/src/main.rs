//! Measures Latchkey and writes docs/performance.md. `make bench` builds what it needs and starts
//! it; arguments are the names of chapters, for measuring these only.

mod chapters;
mod numbers;
mod page;
mod processes;
mod progress;
mod stage;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    match measure(&wanted).await {
        Ok(broken) if broken.is_empty() => ExitCode::SUCCESS,
        Ok(broken) => {
            eprintln!("\nNot as it must be:\n{}", broken.join("\n"));
            ExitCode::FAILURE
        }
        Err(fault) => {
            eprintln!("\nThe measurement failed: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

/// Measures chapter by chapter, and tells what is not as it must be.
async fn measure(wanted: &[String]) -> anyhow::Result<Vec<String>> {
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|it| it == name);
    if let Some(unknown) = wanted
        .iter()
        .find(|name| !chapters::NAMES.contains(&name.as_str()))
    {
        anyhow::bail!(
            "no chapter is called {unknown}; there are {:?}",
            chapters::NAMES
        );
    }
    let mut broken = Vec::new();
    for name in chapters::NAMES.iter().filter(|name| is_wanted(name)) {
        eprintln!("\n{name}");
        let chapter = chapters::measure(name).await?;
        chapter.write()?;
        eprintln!("\n{}", chapter.text);
        broken.extend(chapter.broken);
    }
    Ok(broken)
}
