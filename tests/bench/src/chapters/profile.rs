//! Where the instructions of two acts go, counted by valgrind: a count is the same on every machine.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ::tests::World;
use ::tests::people::PASSWORD;
use anyhow::{Context, ensure};

use crate::page::Chapter;
use crate::progress::Progress;
use crate::stage::{self, Running};

/// Instructions by function.
type Counts = HashMap<String, f64>;

/// How many crates are named.
const NAMED: usize = 12;

pub async fn measure() -> anyhow::Result<Chapter> {
    let world = stage::world(1_000, stage::SETTINGS).await;
    let token = world.token_of("crowd0000").await;
    let me = stage::event("{ me { id username email verified } }", Some(&token));
    let login = stage::login("crowd0001", PASSWORD);
    let acts = [("me", me, 200), ("tokenAuth", login, 20)];
    let mut chapter = Chapter::new(
        "profile",
        "Profile",
        "Instructions of one warm request, by the crate whose code they are in (`callgrind`; functions that the compiler has inlined count for the crate \
         that they went into). Instructions are no time, but they are the same on every machine and tell where to look.",
    );
    for (act, event, requests) in &acts {
        let mut progress = Progress::of(format!("{act} under valgrind"), 2);
        let mut counts = instructions(&world, (act, event), 1 + requests).await?;
        progress.step();
        for (function, count) in instructions(&world, (act, event), 1).await? {
            *counts.entry(function).or_default() -= count;
        }
        progress.step();
        tell(
            &mut chapter,
            &format!("`{act}`"),
            &counts,
            f64::from(*requests),
        );
    }
    world.close().await;
    Ok(chapter)
}

/// What a process executes from its start until it has answered so often.
async fn instructions(
    world: &World,
    (act, event): (&str, &str),
    requests: u32,
) -> anyhow::Result<Counts> {
    let folder = stage::binary("bench")?.with_file_name("profile");
    std::fs::create_dir_all(&folder)?;
    // Kept, for a closer look with callgrind_annotate.
    let counted = folder.join(format!("{act}_{requests}"));
    let wrapper = wrapper(&folder, &counted)?;
    let mut running = Running::start(&wrapper, world, &[]).await?;
    for _ in 0..requests {
        running.ask(event).await?;
    }
    running.terminate().await?;
    let text = std::fs::read_to_string(&counted).context("what valgrind has counted")?;
    Ok(read(&text))
}

/// A program that runs the function under valgrind.
fn wrapper(folder: &Path, counted: &Path) -> anyhow::Result<PathBuf> {
    let function = stage::binary("graphql")?;
    let function = function.parent().and_then(Path::parent);
    let function = function
        .context("the target folder")?
        .join("profiling/graphql");
    ensure!(
        function.is_file(),
        "{} is not built; `make profile` does it",
        function.display()
    );
    let wrapper = folder.join("under_valgrind");
    let text = format!(
        "#!/bin/sh\nexec valgrind --tool=callgrind --compress-strings=no --compress-pos=no --callgrind-out-file='{}' '{}'\n",
        counted.display(),
        function.display()
    );
    std::fs::write(&wrapper, text)?;
    std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755))?;
    Ok(wrapper)
}

/// Reads what callgrind has written: the instructions that a function has executed itself.
fn read(text: &str) -> Counts {
    let mut counts = Counts::new();
    let mut function = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("fn=") {
            name.clone_into(&mut function);
        } else if line.starts_with("calls=") {
            // The next line is what the called function has executed.
            lines.next();
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            let count = line.rsplit(' ').next().and_then(|count| count.parse().ok());
            *counts.entry(function.clone()).or_default() += count.unwrap_or(0.0);
        }
    }
    counts
}

fn tell(chapter: &mut Chapter, what: &str, counts: &Counts, requests: f64) {
    let mut by_crate: HashMap<&str, f64> = HashMap::new();
    for (function, count) in counts {
        *by_crate.entry(crate_of(function)).or_default() += count / requests;
    }
    let total: f64 = by_crate.values().sum();
    let mut by_crate: Vec<_> = by_crate.into_iter().collect();
    by_crate.sort_by(|one, other| other.1.total_cmp(&one.1));
    let row = |what: String, count: f64| {
        vec![
            what,
            format!("{:.1} %", 100.0 * count / total),
            format!("{count:.0}"),
        ]
    };
    let named = by_crate.iter().take(NAMED);
    let mut rows: Vec<_> = named
        .map(|(name, count)| row((*name).to_owned(), *count))
        .collect();
    let rest = by_crate.iter().skip(NAMED).map(|(_, count)| count).sum();
    rows.push(row("all others".to_owned(), rest));
    rows.push(row("together".to_owned(), total));
    chapter.table(&[what, "part", "instructions"], &rows);
}

/// The crate that a function belongs to: `<aws_x::Y as core::Z>::f` to `aws_x`, `core::ptr::drop_in_place<aws_x::Y>` too.
fn crate_of(function: &str) -> &str {
    let dropped = function.strip_prefix("core::ptr::drop_in_place");
    let path = dropped.unwrap_or(function);
    let path = path.trim_start_matches(['<', '&', '*', '(', '[', ' ']);
    let path = ["mut ", "const ", "dyn ", "impl "]
        .iter()
        .fold(path, |path, word| path.strip_prefix(word).unwrap_or(path));
    match path.split_once("::") {
        Some((name, _)) => name,
        None => "libc and the kernel",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_function_executes_itself_counts_for_it() {
        let counts = read(
            "events: Ir\nfn=a::b\n0 5\n0 7\ncfn=c::d\ncalls=1 0\n0 100\n0 1\n\nfn=c::d\n0 100\n",
        );
        assert_eq!((counts["a::b"], counts["c::d"]), (13.0, 100.0));
    }

    #[test]
    fn a_function_belongs_to_the_crate_of_its_type() {
        for (function, name) in [
            ("serde_json::value::to_value", "serde_json"),
            ("<aws_x::Y as core::fmt::Debug>::fmt", "aws_x"),
            (
                "<&mut serde_json::Ser<W> as serde::Serializer>::x",
                "serde_json",
            ),
            ("core::ptr::drop_in_place<http::uri::Uri>", "http"),
            ("malloc", "libc and the kernel"),
        ] {
            assert_eq!(crate_of(function), name);
        }
    }
}
