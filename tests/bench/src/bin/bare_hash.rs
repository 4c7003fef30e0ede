//! Argon2id and nothing else, in one kept buffer: what a login is compared with. Takes memory in
//! KiB, passes and lanes as arguments, and a number of hashes to make in each line.

use std::io::BufRead;

use anyhow::{Context, anyhow};
use argon2::{Algorithm, Argon2, Block, Params, Version};

fn main() -> anyhow::Result<()> {
    let numbers: Vec<u32> = std::env::args()
        .skip(1)
        .map(|text| text.parse().with_context(|| format!("{text:?}")))
        .collect::<anyhow::Result<_>>()?;
    let [memory, passes, lanes] = numbers[..] else {
        return Err(anyhow!(
            "three numbers are needed: memory in KiB, passes, lanes"
        ));
    };
    let broken = |error| anyhow!("argon2: {error}");
    let params = Params::new(memory, passes, lanes, Some(32)).map_err(broken)?;
    let mut buffer = vec![Block::new(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    for line in std::io::stdin().lock().lines() {
        let count: u32 = line?.trim().parse()?;
        for _ in 0..count {
            let mut output = [0; 32];
            argon2
                .hash_password_into_with_memory(b"a password", &[7; 16], &mut output, &mut buffer)
                .map_err(broken)?;
            std::hint::black_box(output);
        }
        println!("{count}");
    }
    Ok(())
}
