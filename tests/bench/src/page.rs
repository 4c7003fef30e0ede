//! docs/performance.md: each chapter is a block of its own, which is written when it was measured.

use std::fmt::Write;
use std::path::PathBuf;

use anyhow::Context;
use shared::Timestamp;

/// What was found out about one subject.
pub struct Chapter {
    /// Name of its block.
    pub name: &'static str,
    /// As Markdown.
    pub text: String,
    /// What must be and is not, in words. A missed goal is told in the text; this is worse.
    pub broken: Vec<String>,
}

impl Chapter {
    /// A chapter with a heading and what a reader has to know.
    pub fn new(name: &'static str, heading: &str, introduction: &str) -> Self {
        let mut chapter = Self {
            name,
            text: format!("## {heading}\n\n"),
            broken: Vec::new(),
        };
        chapter.say(introduction);
        chapter
    }

    /// One more paragraph.
    pub fn say(&mut self, paragraph: &str) {
        write!(self.text, "{paragraph}\n\n").expect("a string takes everything");
    }

    /// One more table, its header first.
    pub fn table(&mut self, header: &[&str], rows: &[Vec<String>]) {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let header: Vec<String> = header.iter().map(|&cell| cell.to_owned()).collect();
        let rule: Vec<String> = header.iter().map(|_| "---".to_owned()).collect();
        self.text += &line(&header);
        self.text += &line(&rule);
        for row in rows {
            self.text += &line(row);
        }
        self.text += "\n";
    }

    /// Writes the chapter into the page, in place of what was measured before.
    pub fn write(&self) -> anyhow::Result<()> {
        let day = Timestamp::now().strftime("%Y-%m-%d");
        let text = format!("{}Measured on {day} on {}.", self.text, machine()?);
        replace_block(self.name, &text)
    }
}

/// Whether a goal is met, in words.
pub fn judge(ratio: f64, goal: f64) -> String {
    if ratio <= goal {
        format!("met: {ratio:.2} of at most {goal:.2}")
    } else {
        format!("missed: {ratio:.2} of at most {goal:.2}")
    }
}

fn path() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/performance.md"
    ))
}

/// Replaces what stands between `<!-- name -->` and `<!-- /name -->`.
fn replace_block(name: &str, text: &str) -> anyhow::Result<()> {
    let path = path();
    let page = std::fs::read_to_string(&path).context("docs/performance.md")?;
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = page
        .split_once(&start)
        .with_context(|| format!("no block {name}"))?;
    let (_, after) = rest
        .split_once(&end)
        .with_context(|| format!("block {name} does not end"))?;
    let page = format!("{before}{start}\n{}\n\n{end}{after}", text.trim());
    std::fs::write(&path, page).context("docs/performance.md cannot be written")
}

/// The machine, as far as it matters to the numbers.
fn machine() -> anyhow::Result<String> {
    let read = |path: &str| std::fs::read_to_string(path).with_context(|| path.to_owned());
    let processors = read("/proc/cpuinfo")?;
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("an unknown processor", |(_, model)| model);
    let cores = std::thread::available_parallelism()?;
    let memory = read("/proc/meminfo")?;
    let memory = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB"))
        .and_then(|kilobytes| kilobytes.parse::<u64>().ok())
        .unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease")?;
    let load = read("/proc/loadavg")?;
    let load = load.split_whitespace().next().unwrap_or_default();
    Ok(format!(
        "{model}, {cores} cores, {} GB, Linux {} ({}), load average {load}",
        memory.div_ceil(1 << 20),
        kernel.trim(),
        std::env::consts::ARCH,
    ))
}
