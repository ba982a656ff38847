//! The crypto floor: what the cryptography of one login costs by itself, on this machine, in this minute.

use std::time::{Duration, Instant};

use protocol::jose::{PublicKey, SigningKey};
use protocol::seal::{SealKey, Sealed, seal};

use super::{Fail, proc};

/// P-256 verifications of one login: command `pending`, M1 come back, M2, the code's proof, the partner's assertion.
const VERIFIES: u32 = 5;
/// P-256 signatures: M1, M3, ID token.
const SIGNS: u32 = 3;
/// HPKE openings: the sealed proof.
const OPENS: u32 = 1;

/// Prepared keys and messages.
pub struct Floor {
    key: SigningKey,
    public: PublicKey,
    message: Vec<u8>,
    signature: Vec<u8>,
    vault: SealKey,
    sealed: Sealed,
}

impl Floor {
    pub fn new() -> Result<Self, Fail> {
        let key = SigningKey::generate("x")?;
        let message = vec![b'm'; 700];
        let signature = key.sign_bytes(&message)?;
        let vs = SigningKey::generate("vs")?;
        let sealed = seal(vs.public(), vs.kid(), "floor", b"aad", &[7; 64])?;
        let vault = SealKey::new(&vs.scalar()?, vs.public().clone(), vs.kid().to_owned());
        Ok(Floor { public: key.public().clone(), key, message, signature, vault, sealed })
    }

    /// CPU µs of one login's cryptography, measured for about `time`. Runs on this thread.
    pub fn measure(&self, time: Duration) -> Result<f64, Fail> {
        let deadline = Instant::now() + time;
        let (start, mut rounds) = (proc::thread_nanos(), 0_u32);
        while Instant::now() < deadline {
            for _ in 0..8 {
                self.one_login()?;
            }
            rounds += 8;
        }
        let nanos = proc::thread_nanos().saturating_sub(start);
        Ok(nanos as f64 / 1000.0 / f64::from(rounds.max(1)))
    }

    fn one_login(&self) -> Result<(), Fail> {
        for _ in 0..VERIFIES {
            self.public.verify(&self.message, &self.signature)?;
        }
        for _ in 0..SIGNS {
            std::hint::black_box(self.key.sign_bytes(&self.message)?);
        }
        for _ in 0..OPENS {
            std::hint::black_box(self.vault.open(&self.sealed, "floor", b"aad")?);
        }
        Ok(())
    }
}
