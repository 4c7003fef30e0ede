//! What is uploaded to Lambda: the folder that `make build` has made, run as Lambda runs it.

#![allow(
    clippy::disallowed_methods,
    reason = "where the artefact is, is said by the environment"
)]

mod contents;
mod journey;
mod process;

use std::path::PathBuf;

/// The folder whose contents are uploaded.
fn folder() -> PathBuf {
    let folder = std::env::var_os("LATCHKEY_ARTEFACT").map(PathBuf::from);
    folder.expect(
        "LATCHKEY_ARTEFACT names the folder to upload; `make artefact` makes it and says where",
    )
}

/// The binary that Lambda starts.
fn bootstrap() -> PathBuf {
    let bootstrap = folder().join("bootstrap");
    assert!(bootstrap.is_file(), "{} is not there", bootstrap.display());
    bootstrap
}
