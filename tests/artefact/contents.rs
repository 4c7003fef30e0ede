//! What is in the folder.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::{bootstrap, folder};

/// The largest that the upload may get, compressed, in bytes: every start loads it.
const LARGEST_UPLOAD: usize = 5 * 1024 * 1024;

/// The C library of Amazon Linux 2023, which `provided.al2023` is.
const C_LIBRARY: (u32, u32) = (2, 34);

#[test]
fn the_upload_is_one_program() {
    let entries = std::fs::read_dir(folder()).expect("the folder");
    let names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, ["bootstrap"]);
    let mode = bootstrap()
        .metadata()
        .expect("the binary")
        .permissions()
        .mode();
    assert_eq!(mode & 0o555, 0o555, "everybody may start it");
}

#[test]
fn the_upload_is_small() {
    let binary = std::fs::read(bootstrap()).expect("the binary");
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&binary).expect("memory");
    let packed = packed.finish().expect("memory").len();
    println!("bootstrap: {} bytes, {packed} compressed", binary.len());
    assert!(packed < LARGEST_UPLOAD, "{packed} bytes");
}

#[test]
fn the_program_needs_no_newer_c_library_than_lambda_has() {
    let binary = std::fs::read(bootstrap()).expect("the binary");
    assert_eq!(&binary[..4], b"\x7fELF");
    let text = String::from_utf8_lossy(&binary);
    let versions: Vec<(u32, u32)> = text
        .split("GLIBC_")
        .skip(1)
        .filter_map(|rest| {
            let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.')?;
            let mut numbers = rest[..end].split('.').map(str::parse);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        })
        .collect();
    let newest = versions.iter().max().expect("it uses a C library");
    assert!(*newest <= C_LIBRARY, "it needs {newest:?}");
}
