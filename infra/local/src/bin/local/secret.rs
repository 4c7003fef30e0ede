//! The secret that signs tokens on this laptop: made once, kept for its owner's eyes only.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use data_encoding::HEXLOWER;
use local::Error;

/// The secret in the file, which is made at first use.
///
/// # Errors
/// When the file can be neither read nor made.
pub fn kept_in(file: &Path) -> Result<String, Error> {
    match fs::read_to_string(file) {
        Ok(kept) if !kept.trim().is_empty() => return Ok(kept.trim().to_owned()),
        Err(cause) if cause.kind() != ErrorKind::NotFound => {
            return Err(Error::because(
                format!("{} cannot be read", file.display()),
                cause,
            ));
        }
        Ok(_) | Err(_) => {}
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|cause| Error::because("the system gives no random bytes", cause))?;
    let secret = HEXLOWER.encode(&bytes);
    write(file, &secret)
        .map_err(|cause| Error::because(format!("{} cannot be written", file.display()), cause))?;
    Ok(secret)
}

fn write(file: &Path, secret: &str) -> std::io::Result<()> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)?
        .write_all(secret.as_bytes())
}
