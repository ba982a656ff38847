//! The four kinds of relying party a login is measured for, and the cryptography that each of them costs the server.

use clap::ValueEnum;
use protocol::jose::SigAlg;
use serde::Serialize;

/// How the relying party speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// ES256 assertion, ES256 ID token, plain userinfo.
    Plain,
    /// `/v2` with ES256 keys: ID token and userinfo signed and encrypted.
    Compat,
    /// A pushed, signed request; tokens bound by DPoP.
    Fapi,
    /// `/v2` as integrations of today do it: RSA throughout.
    Rs256,
}

/// How often the server does what, in one login.
pub struct Primitives {
    pub es256_verify: u32,
    pub es256_sign: u32,
    /// HPKE, to the vault.
    pub open: u32,
    /// ECDH-ES to a P-256 key.
    pub ecdh_es: u32,
    pub rs256_verify: u32,
    pub rs256_sign: u32,
    /// RSA-OAEP-256 to a 2048-bit key.
    pub rsa_oaep: u32,
}

impl Variant {
    pub fn name(self) -> &'static str {
        match self {
            Variant::Plain => "plain",
            Variant::Compat => "compat",
            Variant::Fapi => "fapi",
            Variant::Rs256 => "rs256",
        }
    }

    pub fn client_id(self) -> String {
        format!("bench-{}", self.name())
    }

    /// What stands behind the issuer's address.
    pub fn mount(self) -> &'static str {
        if self.is_compat() { "/v2" } else { "" }
    }

    pub fn is_compat(self) -> bool {
        matches!(self, Variant::Compat | Variant::Rs256)
    }

    /// The partner signs and is signed to with this.
    pub fn alg(self) -> SigAlg {
        if self == Variant::Rs256 { SigAlg::RS256 } else { SigAlg::ES256 }
    }

    /// Phone: verify the command, M1 come back, M2, the code's proof; sign M1 and M3; open the sealed proof. The rest is the
    /// relying party's.
    pub fn primitives(self) -> Primitives {
        let phone = Primitives {
            es256_verify: 4,
            es256_sign: 2,
            open: 1,
            ecdh_es: 0,
            rs256_verify: 0,
            rs256_sign: 0,
            rsa_oaep: 0,
        };
        match self {
            // Assertion; ID token.
            Variant::Plain => Primitives { es256_verify: 5, es256_sign: 3, ..phone },
            // Assertion; ID token and userinfo, both encrypted.
            Variant::Compat => Primitives { es256_verify: 5, es256_sign: 4, ecdh_es: 2, ..phone },
            // Assertions of PAR and token, request object, two proofs; ID token.
            Variant::Fapi => Primitives { es256_verify: 9, es256_sign: 3, ..phone },
            // Assertion; ID token and userinfo, both encrypted.
            Variant::Rs256 => Primitives { rs256_verify: 1, rs256_sign: 2, rsa_oaep: 2, ..phone },
        }
    }
}
