//! The crypto floor: what the cryptography of one login costs by itself, on this machine, in this minute.

use std::hint::black_box;
use std::time::{Duration, Instant};

use protocol::jose::jwe::{self, EcPrivate, EncryptionKey, RsaPrivate};
use protocol::jose::{Enc, Encryption, KeyAlg, PublicKey, RsaKey, SigAlg, SigningKey, VerifyKey, unb64u};
use protocol::seal::{SealKey, Sealed, seal};
use serde_json::json;

use super::variant::{Primitives, Variant};
use super::{Fail, proc};

/// What is encrypted to a relying party: a signed JWT of this length.
const TOKEN_BYTES: usize = 900;

/// Prepared keys and messages.
pub struct Floor {
    key: SigningKey,
    public: PublicKey,
    message: Vec<u8>,
    signature: Vec<u8>,
    vault: SealKey,
    sealed: Sealed,
    to_ec: EncryptionKey,
    rsa: Option<Rsa>,
}

struct Rsa {
    key: RsaKey,
    public: VerifyKey,
    /// A JWT signed with it.
    token: String,
    to: EncryptionKey,
}

impl Floor {
    /// # Errors
    /// No entropy.
    pub fn new(variant: Variant) -> Result<Self, Fail> {
        let key = SigningKey::generate("x")?;
        let message = vec![b'm'; 700];
        let signature = key.sign_bytes(&message)?;
        let vs = SigningKey::generate("vs")?;
        let sealed = seal(vs.public(), vs.kid(), "floor", b"aad", &[7; 64])?;
        let vault = SealKey::new(&vs.scalar()?, vs.public().clone(), vs.kid().to_owned());
        let to_ec = EncryptionKey::ec(EcPrivate::generate("enc")?.public().clone(), None);
        let rsa = (variant == Variant::Rs256).then(Rsa::new).transpose()?;
        Ok(Floor { public: key.public().clone(), key, message, signature, vault, sealed, to_ec, rsa })
    }

    /// CPU µs of one login's cryptography, measured for about `time`. Runs on this thread.
    pub fn measure(&self, variant: Variant, time: Duration) -> Result<f64, Fail> {
        let all = variant.primitives();
        let deadline = Instant::now() + time;
        let (start, mut rounds) = (proc::thread_nanos(), 0_u32);
        while Instant::now() < deadline {
            for _ in 0..8 {
                self.one_login(&all)?;
            }
            rounds += 8;
        }
        let nanos = proc::thread_nanos().saturating_sub(start);
        Ok(nanos as f64 / 1000.0 / f64::from(rounds.max(1)))
    }

    fn one_login(&self, all: &Primitives) -> Result<(), Fail> {
        for _ in 0..all.es256_verify {
            self.public.verify(&self.message, &self.signature)?;
        }
        for _ in 0..all.es256_sign {
            black_box(self.key.sign_bytes(&self.message)?);
        }
        for _ in 0..all.open {
            black_box(self.vault.open(&self.sealed, "floor", b"aad")?);
        }
        for _ in 0..all.ecdh_es {
            let how = Encryption { alg: KeyAlg::EcdhEs, enc: Enc::A128CbcHs256 };
            black_box(jwe::encrypt(&self.to_ec, how, None, &[b't'; TOKEN_BYTES])?);
        }
        self.rsa.as_ref().map_or(Ok(()), |rsa| rsa.one_login(all))
    }
}

impl Rsa {
    fn new() -> Result<Self, Fail> {
        let (key, enc) = (RsaKey::generate("x")?, RsaPrivate::generate("enc")?);
        let (n, e) = key.public();
        let public = VerifyKey::from_value(&json!({ "kty": "RSA", "n": n, "e": e }))?;
        let token = super::partner::jws(&json!({ "alg": "RS256" }), &json!({ "m": "m".repeat(480) }), |input| {
            Ok(key.sign_bytes(SigAlg::RS256, input)?)
        })?;
        let (n, e) = enc.public();
        Ok(Rsa { to: EncryptionKey::rsa(&unb64u(&n)?, &unb64u(&e)?, None)?, public, token, key })
    }

    fn one_login(&self, all: &Primitives) -> Result<(), Fail> {
        for _ in 0..all.rs256_verify {
            let jwt = protocol::jose::jwt::Jwt::parse(&self.token)?;
            self.public.verify(&jwt, &[SigAlg::RS256])?;
        }
        for _ in 0..all.rs256_sign {
            black_box(self.key.sign_bytes(SigAlg::RS256, &[b'm'; 700])?);
        }
        for _ in 0..all.rsa_oaep {
            let how = Encryption { alg: KeyAlg::RsaOaep256, enc: Enc::A128CbcHs256 };
            black_box(jwe::encrypt(&self.to, how, None, &[b't'; TOKEN_BYTES])?);
        }
        Ok(())
    }
}
