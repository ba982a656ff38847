//! Values printed in RFCs, so that both our sides cannot be wrong in the same way.

use crate::protocol::jose::jwt::Jwt;
use crate::protocol::jose::{Jwk, PublicKey, SigningKey, unb64u};
use serde_json::Value;

fn key(x: &str, y: &str) -> PublicKey {
    PublicKey::from_jwk(&Jwk { kty: "EC".into(), crv: "P-256".into(), x: x.into(), y: y.into() }).unwrap()
}

/// RFC 7515 A.3: a JWS with ES256 and its key.
#[test]
fn rfc_7515_a3_verifies() {
    let jws = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290\
               Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let public = key("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
    let claims: Value = Jwt::parse(jws).unwrap().verify(&public).unwrap();
    assert_eq!(claims["iss"], "joe");
    let private = unb64u("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI").unwrap();
    assert_eq!(*SigningKey::from_bare_scalar(&private, "x").unwrap().public(), public);
}

/// RFC 9449 §4.1 and §6.1: the proof key of the examples and its RFC 7638 thumbprint `jkt`.
#[test]
fn rfc_9449_thumbprint_agrees() {
    let public = key("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA");
    assert_eq!(public.thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

/// RFC 6979 A.2.5: P-256 with SHA-256, message "sample": another implementation's signature and key.
#[test]
fn rfc_6979_a25_verifies() {
    let private = super::unhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
    let key = SigningKey::from_bare_scalar(&private, "x").unwrap();
    let point = super::hex(key.public().point());
    assert_eq!(point[2..66], *"60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
    let sig = super::unhex(
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
         f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    );
    assert_eq!(key.public().verify(b"sample", &sig), Ok(()));
    assert!(key.public().verify(b"Sample", &sig).is_err());
}
