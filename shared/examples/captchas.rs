//! Draws captchas as the service does, to be looked at or to be read by a program: `make captchas`.
//!
//! The pictures are `1.png` and so on; what they say is in `texts.txt`, a line each.

use std::env;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use shared::captcha::{CaptchaText, picture};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [count, folder] = arguments.as_slice() else {
        eprintln!("captchas <how many> <folder>");
        return ExitCode::FAILURE;
    };
    let Ok(count) = count.parse() else {
        eprintln!("\"{count}\" is no number");
        return ExitCode::FAILURE;
    };
    match draw(count, Path::new(folder)) {
        Ok(()) => {
            println!("{count} captchas are in {folder}");
            ExitCode::SUCCESS
        }
        Err(cause) => {
            eprintln!("{folder}: {cause}");
            ExitCode::FAILURE
        }
    }
}

fn draw(count: usize, folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut texts = String::new();
    for number in 1..=count {
        let text = CaptchaText::random();
        let seed = shared::Uuid::new_v4().as_u64_pair().1;
        let file = folder.join(format!("{number}.png"));
        fs::write(file, picture::draw(text.as_str(), seed))?;
        texts += text.as_str();
        texts.push('\n');
    }
    fs::write(folder.join("texts.txt"), texts)
}
