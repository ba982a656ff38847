//! Every signed, sealed or keyed-hash thing has a label of its own, so that no value made for one use passes for another.

/// `typ` of the JWS kinds we make (docs/protocol.md §4).
pub const TYP_COMMAND: &str = "zelf-cmd+jws";
pub const TYP_REQUEST: &str = "zelf-req+jws";
pub const TYP_ANSWER: &str = "zelf-apr+jws";
pub const TYP_RECEIPT: &str = "zelf-rcp+jws";
pub const TYP_DEVICE: &str = "zelf-dev+jws";
pub const TYP_KEYS: &str = "zelf-keys+jws";
pub const TYP_PROOF: &str = "zelf-proof+jws";

/// Labels of MACs, derivations and seals. A zero byte follows each in the input.
pub const PIN_KEY: &str = "zelf/pin-key/v1";
pub const PIN_ENROL: &str = "zelf/pin-enrol/v1";
pub const PIN_PROOF: &str = "zelf/pin-proof/v1";
pub const BIO: &str = "zelf/bio/v1";
pub const BIO_ENROL: &str = "zelf/bio-enrol/v1";
pub const CHALLENGE: &str = "zelf/chal/v1";
pub const SMS: &str = "zelf/sms/v1";
pub const RETURN: &str = "zelf/return/v1";
pub const EID_SESSION: &str = "zelf/eid-session/v1";
pub const EID_LOOKUP: &str = "zelf/eid-lookup/v1";
pub const EID_RETURN: &str = "zelf/eid-return/v1";
pub const EID_NONCE: &str = "zelf/eid-nonce/v1";
pub const TOKEN: &str = "zelf/tok/v1";
pub const ALTCHA: &str = "zelf/altcha/v1";
pub const SUBJECT: &str = "zelf/sub/v1";
pub const NUMBER: &str = "zelf/number/v1";
pub const PERSON: &str = "zelf/person/v1";
pub const AUTH_CODE: &str = "zelf/auth-code/v1";
pub const ACCESS_TOKEN: &str = "zelf/access-token/v2";
pub const REFRESH_TOKEN: &str = "zelf/refresh-token/v1";
pub const DPOP_NONCE: &str = "zelf/dpop-nonce/v1";
pub const SID: &str = "zelf/sid/v1";
pub const LOGOUT: &str = "zelf/logout/v1";
pub const ENROLMENT_FORM: &str = "zelf/enrolment-form/v1";
pub const LOGIN_REQUEST: &str = "zelf/login-request/v1";
pub const QR: &str = "zelf/qr/v1";
pub const LOGIN_RETURN: &str = "zelf/login-return/v1";
pub const NONCE: &str = "zelf/nonce/v1";
pub const COOKIE: &str = "zelf/cookie/v1";
pub const ATTRIBUTES: &str = "zelf/attributes/v1";
pub const VERIFIER: &str = "zelf/verifier/v1";
pub const STOP_CODE: &str = "zelf/stop/v1";
pub const BLOCK_CODE: &str = "zelf/block/v1";
pub const DOCUMENT: &str = "zelf/document/v1";
pub const NUMBER_CHANGE: &str = "zelf/number-change/v1";
pub const PARTNER_DEVICE: &str = "zelf/partner-device/v1";
pub const PROCESS: &str = "zelf/process/v1";
pub const STASH: &str = "zelf/stash/v1";
pub const AUTH_REQ: &str = "zelf/auth-req/v1";
pub const DISCOVERY: &str = "zelf/discovery/v1";
pub const DISCOVERED: &str = "zelf/discovered/v1";
pub const ACCOUNT_COMMITMENT: &str = "zelf/acctc/v1";

/// `label ␀ part ␀ part …`: the input of a MAC or signature over several parts.
pub fn join(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut out = label.as_bytes().to_vec();
    for part in parts {
        out.push(0);
        out.extend_from_slice(part);
    }
    out
}
