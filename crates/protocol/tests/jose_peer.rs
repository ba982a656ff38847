//! Ours against another implementation of JOSE (`partners-e2e/jose`, in Node): what one makes the other reads, and both refuse the
//! same. Needs Node and its packages, so `cargo xtask test` runs it: `cargo test --test jose_peer -- --ignored`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use zelf_protocol::jose::jwe::{Decryptor, EcPrivate, EncryptionKey, RsaPrivate, decrypt_with_secret, encrypt};
use zelf_protocol::jose::jwt::{Jwt, verify_hs256};
use zelf_protocol::jose::{
    EdKey, Enc, Encryption, JoseError, Jwk, KeyAlg, KeySet, PublicKey, RsaKey, SigAlg, SigningKey, b64u, unb64u,
};
use zelf_protocol::oidc::keys::{Made as _, OpKeys};

const SECRET: &[u8] = b"a client secret of more than thirty-two bytes";

/// The other implementation, and the keys that both sides hold.
struct Peer {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    es256: SigningKey,
    es384: EcdsaKeyPair,
    rsa: RsaKey,
    ed: EdKey,
    enc_rsa: RsaPrivate,
    enc_ec: EcPrivate,
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn private(public: &PublicKey, scalar: &[u8]) -> Value {
    let Jwk { kty, crv, x, y } = public.jwk();
    json!({ "jwk": { "kty": kty, "crv": crv, "x": x, "y": y, "d": b64u(scalar) } })
}

impl Peer {
    fn start() -> Peer {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../partners-e2e/jose");
        let mut command = Command::new("node");
        command.arg("peer.mjs").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut peer = Peer {
            child,
            to,
            from,
            es256: SigningKey::generate("p").unwrap(),
            es384: EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap(),
            rsa: RsaKey::generate("p").unwrap(),
            ed: EdKey::generate("p").unwrap(),
            enc_rsa: RsaPrivate::generate("p").unwrap(),
            enc_ec: EcPrivate::generate("p").unwrap(),
        };
        let es384: aws_lc_rs::encoding::EcPrivateKeyRfc5915Der<'_> = peer.es384.private_key().as_der().unwrap();
        let made = json!({
            "ES256": private(peer.es256.public(), &peer.es256.scalar().unwrap()),
            "ES384": { "sec1": b64u(es384.as_ref()) },
            "RS256": { "pkcs8": b64u(&*peer.rsa.pkcs8().unwrap()) },
            "EdDSA": { "jwk": { "kty": "OKP", "crv": "Ed25519", "x": peer.ed.public(), "d": b64u(&*peer.ed.seed().unwrap()) } },
            "enc-rsa": { "pkcs8": b64u(&*peer.enc_rsa.pkcs8().unwrap()) },
            "enc-ec": private(peer.enc_ec.public(), &peer.enc_ec.scalar().unwrap()),
        });
        assert_eq!(peer.ask(&json!({ "do": "keys", "made": made, "shared": b64u(SECRET) })), json!({}));
        peer
    }

    fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.to, "{question}").unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no answer to {question}"))
    }

    fn sign(&self, alg: SigAlg, claims: &Value) -> String {
        if alg == SigAlg::HS256 {
            return OpKeys::sign_hs256(SECRET, "JWT", claims).unwrap();
        }
        let header = json!({ "alg": alg.as_str(), "typ": "JWT" }).to_string();
        let input = format!("{}.{}", b64u(header), b64u(claims.to_string()));
        let bytes = input.as_bytes();
        let signature = match alg {
            SigAlg::ES256 => self.es256.sign_bytes(bytes).unwrap(),
            SigAlg::ES384 => self.es384.sign(&SystemRandom::new(), bytes).unwrap().as_ref().to_vec(),
            SigAlg::EdDSA => self.ed.sign_bytes(bytes),
            _ => self.rsa.sign_bytes(alg, bytes).unwrap(),
        };
        format!("{input}.{}", b64u(signature))
    }

    fn verify(&self, alg: SigAlg, compact: &str) -> Result<Value, JoseError> {
        if alg == SigAlg::HS256 {
            return verify_hs256(compact, SECRET);
        }
        let point = self.es384.public_key().as_ref();
        let es384 = json!({ "kty": "EC", "crv": "P-384", "x": b64u(&point[1..49]), "y": b64u(&point[49..]) });
        let keys = KeySet::from_keys(&[self.es256.jwk(), es384, self.rsa.jwk(), self.ed.jwk()])?;
        keys.claims(&Jwt::parse(compact)?, &[alg])
    }

    fn seal(&self, how: Encryption, plain: &[u8]) -> String {
        let key = if how.alg == KeyAlg::Dir {
            EncryptionKey::secret(SECRET)
        } else {
            let keys = KeySet::from_keys(&[self.enc_rsa.jwk(), self.enc_ec.jwk()]).unwrap();
            keys.encryption_key(how.alg).unwrap()
        };
        encrypt(&key, how, Some("JWT"), plain).unwrap()
    }

    fn open(&self, how: Encryption, compact: &str) -> Result<Vec<u8>, JoseError> {
        if how.alg == KeyAlg::Dir {
            return decrypt_with_secret(SECRET, compact);
        }
        Decryptor { rsa: vec![&self.enc_rsa], ec: vec![&self.enc_ec] }.decrypt(compact)
    }
}

fn ways() -> Vec<Encryption> {
    KeyAlg::ALL.iter().flat_map(|alg| Enc::ALL.map(|enc| Encryption { alg: *alg, enc })).collect()
}

#[test]
#[ignore = "needs Node and its packages"]
fn every_signature_passes_both_ways() {
    let mut peer = Peer::start();
    for alg in SigAlg::ALL {
        let claims = json!({ "sub": "x", "alg": alg.as_str() });
        let ours = peer.sign(alg, &claims);
        let read =
            peer.ask(&json!({ "do": "verify", "alg": alg.as_str(), "compact": ours, "algorithms": [alg.as_str()] }));
        let read: Value = serde_json::from_slice(&unb64u(read["payload"].as_str().unwrap()).unwrap()).unwrap();
        assert_eq!(read, claims, "{alg:?}");
        let theirs = peer.ask(&json!({ "do": "sign", "alg": alg.as_str(), "payload": b64u(claims.to_string()) }));
        assert_eq!(peer.verify(alg, theirs["compact"].as_str().unwrap()), Ok(claims), "{alg:?}");
    }
}

#[test]
#[ignore = "needs Node and its packages"]
fn every_encryption_passes_both_ways() {
    let mut peer = Peer::start();
    for how in ways() {
        let plain = format!("{how:?}");
        let ours = peer.seal(how, plain.as_bytes());
        let read = peer.ask(&json!({ "do": "decrypt", "alg": how.alg, "enc": how.enc, "compact": ours }));
        assert_eq!(read["plain"], b64u(&plain), "{how:?}: {read}");
        let theirs = peer.ask(&json!({ "do": "encrypt", "alg": how.alg, "enc": how.enc, "plain": b64u(&plain) }));
        assert_eq!(peer.open(how, theirs["compact"].as_str().unwrap()), Ok(plain.into_bytes()), "{how:?}");
    }
}

/// Chance that can be repeated.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// One thing wrong: bytes of a part, a part too few or too many, parts of another, another algorithm. The text stays canonical, since
/// the other side reads base64url that is not.
fn spoilt(good: &str, other: &str, dice: &mut Dice) -> String {
    let mut parts: Vec<Vec<u8>> = good.split('.').map(|part| unb64u(part).unwrap()).collect();
    let at = dice.throw(parts.len());
    let length = parts[at].len();
    match dice.throw(7) {
        0 | 1 if length > 0 => parts[at][dice.throw(length)] ^= 1 << dice.throw(8),
        2 if length > 0 => drop(parts[at].remove(dice.throw(length))),
        3 => parts[at].insert(dice.throw(length + 1), dice.throw(256) as u8),
        4 => drop(parts.remove(at)),
        5 => parts.insert(at, b"{}".to_vec()),
        _ => parts[at] = unb64u(other.split('.').nth(at).unwrap()).unwrap(),
    }
    parts.iter().map(b64u).collect::<Vec<_>>().join(".")
}

#[test]
#[ignore = "needs Node and its packages"]
fn both_refuse_what_is_spoilt() {
    let mut peer = Peer::start();
    let mut dice = Dice(7);
    let ways = ways();
    let mut judged = 0;
    while judged < 240 {
        let (good, other, spoil, ours, question);
        if judged % 2 == 0 {
            let alg = SigAlg::ALL[dice.throw(SigAlg::ALL.len())];
            let another = SigAlg::ALL[dice.throw(SigAlg::ALL.len())];
            (good, other) = (peer.sign(alg, &json!({ "sub": "x" })), peer.sign(another, &json!({ "sub": "y" })));
            spoil = spoilt(&good, &other, &mut dice);
            ours = peer.verify(alg, &spoil).err();
            question = json!({ "do": "verify", "alg": alg.as_str(), "compact": spoil, "algorithms": [alg.as_str()] });
        } else {
            let how = ways[dice.throw(ways.len())];
            let another = ways[dice.throw(ways.len())];
            (good, other) = (peer.seal(how, b"plain"), peer.seal(another, b"other"));
            spoil = spoilt(&good, &other, &mut dice);
            ours = peer.open(how, &spoil).err();
            question = json!({ "do": "decrypt", "alg": how.alg, "enc": how.enc, "compact": spoil });
        }
        // Chance may leave it as it was: the header of a token of the same algorithm.
        if spoil == good {
            continue;
        }
        let theirs = peer.ask(&question);
        assert!(ours.is_some() && theirs["refused"].is_string(), "{question}: we say {ours:?}, they say {theirs}");
        judged += 1;
    }
}
