//! Values printed in RFCs (RFC 7515, 7520, 8037), so that both our sides cannot be wrong in the same way. AES-CBC with HMAC, AES Key
//! Wrap, the Concat KDF and ECDH-ES have theirs beside the code.

use serde_json::Value;
use zelf_protocol::jose::jwe::{Decryptor, RsaPrivate};
use zelf_protocol::jose::jwt::{Jwt, verify_hs256};
use zelf_protocol::jose::{JoseError, KeySet, SigAlg, VerifyKey, unb64u};

fn vector(name: &str) -> Value {
    let file: Value = serde_json::from_str(include_str!("published.json")).unwrap();
    file[name].clone()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap()
}

/// What is signed there is prose, no JSON, so only the signature is looked at.
fn verifies(name: &str) {
    let vector = vector(name);
    let keys = KeySet::from_keys(&[vector["jwk"].clone()]).unwrap();
    let compact = text(&vector, "compact");
    assert_eq!(keys.verify(&Jwt::parse(compact).unwrap(), &SigAlg::ASYMMETRIC), Ok(()), "{}", vector["rfc"]);
    let (input, signature) = compact.rsplit_once('.').unwrap();
    let touched = format!("{input}A.{signature}");
    let refused = Jwt::parse(&touched).map(|jwt| keys.verify(&jwt, &SigAlg::ASYMMETRIC));
    assert_eq!(refused.unwrap(), Err(JoseError::BadSignature));
}

#[test]
fn rs256_of_rfc_7520_verifies() {
    verifies("rs256");
}

#[test]
fn eddsa_of_rfc_8037_verifies_and_its_thumbprint_agrees() {
    verifies("eddsa");
    let vector = vector("eddsa");
    assert_eq!(VerifyKey::from_value(&vector["jwk"]).unwrap().thumbprint(), text(&vector, "thumbprint"));
}

/// RFC 7515 A.1.
#[test]
fn hs256_of_rfc_7515_verifies() {
    let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let compact = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
                   eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
                   dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let key = unb64u(key).unwrap();
    let claims: Value = verify_hs256(compact, &key).unwrap();
    assert_eq!(claims["iss"], "joe");
    assert_eq!(verify_hs256::<Value>(compact, &key[1..]), Err(JoseError::BadSignature));
    // A key set never verifies what a secret keyed.
    assert_eq!(Jwt::parse(compact).unwrap_err(), JoseError::WrongAlgorithm);
}

/// PS256 inside, RSA-OAEP with A128GCM around it.
#[test]
fn a_nested_jwt_of_rfc_7520_opens_and_verifies() {
    let vector = vector("nested");
    let key = RsaPrivate::from_pkcs8(&unb64u(text(&vector, "pkcs8")).unwrap(), "x").unwrap();
    let signed = Decryptor { rsa: vec![&key], ec: vec![] }.decrypt(text(&vector, "compact")).unwrap();
    let signed = String::from_utf8(signed).unwrap();
    let jwt = Jwt::parse(&signed).unwrap();
    assert_eq!(jwt.header.alg, SigAlg::PS256);
    let keys = KeySet::from_keys(&[vector["jwk"].clone()]).unwrap();
    let claims: Value = keys.claims(&jwt, &SigAlg::FAPI).unwrap();
    assert_eq!(claims["iss"], "hobbiton.example");
    assert_eq!(keys.verify(&jwt, &[SigAlg::RS256]), Err(JoseError::WrongAlgorithm));
}
