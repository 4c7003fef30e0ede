//! Randomness from the operating system.

use data_encoding::HEXLOWER;

/// Random bytes fit for secrets.
///
/// # Panics
/// When the operating system has no randomness to give; nothing safe can be done then.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

/// 128 random bits in lower-case hex.
#[must_use]
pub fn hex() -> String {
    HEXLOWER.encode(&bytes::<16>())
}
