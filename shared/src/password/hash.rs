//! Password hashes: Argon2id, made and compared without telling anything by the time it takes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, anyhow};
use argon2::{Algorithm, Argon2, Block, Params, Version, password_hash::phc};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{event, random};

/// A password as somebody typed it. Never shown, wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Wraps what was typed.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    /// What was typed, for the code that judges it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A stored password: a PHC string, which says by which scheme it was made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordHash(String);

/// What a stored password and a typed one have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They are the same.
    Right,
    /// They are the same, and the hash should be made anew: its parameters are not today's.
    RightButDated,
    /// They differ, or there is nothing to compare with.
    Wrong,
}

/// OWASP's first choice of parameters: 19 MiB of memory, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const OUTPUT_BYTES: usize = 32;

/// The most memory a stored hash may ask for, in KiB: a foreign or forged one must not exhaust us.
const MOST_MEMORY_KIB: u32 = 256 * 1024;

/// Makes and compares hashes, one after the other, in one kept buffer.
#[derive(Clone)]
pub struct Hasher {
    turn: Arc<Semaphore>,
    buffer: Arc<Mutex<Vec<Block>>>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            turn: Arc::new(Semaphore::new(1)),
            buffer: Arc::default(),
        }
    }
}

impl Hasher {
    /// Hashes a password with a fresh salt.
    ///
    /// # Errors
    /// When the machine cannot do it.
    pub async fn hash(&self, password: &Password) -> anyhow::Result<PasswordHash> {
        let password = password.clone();
        self.in_turn(move |buffer| hash(&password, buffer)).await
    }

    /// Compares a typed password with a stored one. Without a stored one, or with one that no
    /// known scheme made, it does the same work and finds them different.
    ///
    /// # Errors
    /// When the machine cannot do it.
    pub async fn verify(
        &self,
        password: &Password,
        stored: Option<&PasswordHash>,
    ) -> anyhow::Result<Verdict> {
        let password = password.clone();
        let stored = stored.cloned();
        self.in_turn(move |buffer| match stored.as_ref().and_then(Stored::read) {
            Some(stored) => compare(&password, &stored, buffer),
            None => hash(&password, buffer).map(|_| Verdict::Wrong),
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let turn = self
            .turn
            .clone()
            .acquire_owned()
            .await
            .context("waiting to hash")?;
        let buffer = self.buffer.clone();
        let hashed = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let begun = Instant::now();
            // A panic half way leaves only scratch behind, so a poisoned buffer is as good as new.
            let done = work(&mut buffer.lock().unwrap_or_else(PoisonError::into_inner));
            (done, begun.elapsed())
        });
        let (done, took) = hashed.await.context("hashing a password")?;
        event::password_hashed(took);
        done
    }
}

/// A stored hash, taken apart.
struct Stored {
    params: Params,
    salt: phc::Salt,
    output: phc::Output,
}

impl Stored {
    fn read(stored: &PasswordHash) -> Option<Self> {
        let hash = phc::PasswordHash::new(&stored.0).ok()?;
        let is_ours = hash.algorithm.as_str() == "argon2id" && hash.version == Some(19);
        let params = Params::try_from(&hash).ok()?;
        (is_ours && params.m_cost() <= MOST_MEMORY_KIB).then_some(())?;
        Some(Self {
            params,
            salt: hash.salt?,
            output: hash.hash?,
        })
    }

    fn is_dated(&self) -> bool {
        (
            self.params.m_cost(),
            self.params.t_cost(),
            self.params.p_cost(),
        ) != (MEMORY_KIB, PASSES, LANES)
            || self.output.as_bytes().len() != OUTPUT_BYTES
    }
}

fn todays_params() -> anyhow::Result<Params> {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT_BYTES))
        .map_err(|error| anyhow!("argon2 parameters: {error}"))
}

fn derive(
    password: &Password,
    salt: &[u8],
    params: Params,
    buffer: &mut Vec<Block>,
    output: &mut [u8],
) -> anyhow::Result<()> {
    let blocks = params.block_count();
    if buffer.len() < blocks {
        buffer.resize(blocks, Block::new());
    }
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(
            password.expose().as_bytes(),
            salt,
            output,
            &mut buffer[..blocks],
        )
        .map_err(|error| anyhow!("argon2: {error}"))
}

fn hash(password: &Password, buffer: &mut Vec<Block>) -> anyhow::Result<PasswordHash> {
    let params = todays_params()?;
    let salt = random::bytes::<16>();
    let mut output = [0; OUTPUT_BYTES];
    derive(password, &salt, params.clone(), buffer, &mut output)?;
    let string = phc::PasswordHash {
        algorithm: phc::Ident::new("argon2id").map_err(|error| anyhow!("PHC: {error}"))?,
        version: Some(Version::V0x13.into()),
        params: phc::ParamsString::try_from(&params).map_err(|error| anyhow!("PHC: {error}"))?,
        salt: Some(phc::Salt::new(&salt).map_err(|error| anyhow!("PHC: {error}"))?),
        hash: Some(phc::Output::new(&output).map_err(|error| anyhow!("PHC: {error}"))?),
    };
    Ok(PasswordHash(string.to_string()))
}

fn compare(
    password: &Password,
    stored: &Stored,
    buffer: &mut Vec<Block>,
) -> anyhow::Result<Verdict> {
    let mut output = vec![0; stored.output.as_bytes().len()];
    derive(
        password,
        &stored.salt,
        stored.params.clone(),
        buffer,
        &mut output,
    )?;
    let is_same = bool::from(output.ct_eq(stored.output.as_bytes()));
    Ok(match (is_same, stored.is_dated()) {
        (true, false) => Verdict::Right,
        (true, true) => Verdict::RightButDated,
        (false, _) => Verdict::Wrong,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_password_is_recognised_and_another_is_not() {
        let hasher = Hasher::default();
        let hash = hasher
            .hash(&password("23kegbsi7g2k"))
            .await
            .expect("a hash");
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let right = hasher.verify(&password("23kegbsi7g2k"), Some(&hash)).await;
        assert_eq!(right.expect("a verdict"), Verdict::Right);
        for wrong in ["23kegbsi7g2K", "", "23kegbsi7g2k ", "23kegbsi7g2k\0"] {
            let verdict = hasher.verify(&password(wrong), Some(&hash)).await;
            assert_eq!(verdict.expect("a verdict"), Verdict::Wrong);
        }
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_recognised_and_called_dated() {
        // From the reference implementation: argon2 somesalt -id -t 2 -k 256 -p 1 <<< password
        let stored = PasswordHash(
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
                .to_owned(),
        );
        let verdict = Hasher::default()
            .verify(&password("password"), Some(&stored))
            .await;
        assert_eq!(verdict.expect("a verdict"), Verdict::RightButDated);
    }

    #[tokio::test]
    async fn nothing_to_compare_with_is_wrong() {
        let greedy = PasswordHash(
            "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
                .to_owned(),
        );
        let foreign = PasswordHash("pbkdf2_sha256$1000$salt$hash".to_owned());
        for stored in [None, Some(&greedy), Some(&foreign)] {
            let verdict = Hasher::default()
                .verify(&password("password"), stored)
                .await;
            assert_eq!(verdict.expect("a verdict"), Verdict::Wrong);
        }
    }
}
