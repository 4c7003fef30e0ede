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
    let names = if wanted.is_empty() {
        chapters::NAMES.to_vec()
    } else {
        wanted.iter().map(String::as_str).collect()
    };
    let mut broken = Vec::new();
    for name in names {
        eprintln!("\n{name}");
        let chapter = chapters::measure(name).await?;
        chapter.write()?;
        eprintln!("\n{}", chapter.text);
        broken.extend(chapter.broken);
    }
    Ok(broken)
}
