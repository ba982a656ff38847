//! A registration from flags or from a file, and the secret that is made for it.

use std::path::PathBuf;

use clap::Args;
use journeys::usual_sealing::Unsaid;
use protocol::jose::b64u;
use protocol::oidc::partner::{ClientAuth, Partner, SecretDigest};
use serde_json::{Map, Value, json};

/// Options of `zelf partner add`.
#[derive(Args)]
pub struct AddArgs {
    /// The client_id: letters, digits, dots, dashes, underscores.
    #[arg(required_unless_present = "file")]
    id: Option<String>,
    /// A file with everything: the same as a [[partner]] table of zelf.toml, or several of them.
    #[arg(long, conflicts_with = "id")]
    file: Option<PathBuf>,
    /// Overwrite a partner of that id.
    #[arg(long)]
    pub replace: bool,
    /// What people see on their phone, in every language that has no name of its own.
    #[arg(long)]
    name: Option<String>,
    #[arg(long, value_name = "NAME")]
    nl: Option<String>,
    #[arg(long, value_name = "NAME")]
    fr: Option<String>,
    #[arg(long, value_name = "NAME")]
    de: Option<String>,
    #[arg(long, value_name = "NAME")]
    en: Option<String>,
    /// What people see under the name; default: the host of the first redirect address.
    #[arg(long)]
    domain: Option<String>,
    /// Where people return to; may be given again.
    #[arg(long, value_name = "URL")]
    redirect_uri: Vec<String>,
    /// Where people go after a logout; may be given again.
    #[arg(long, value_name = "URL")]
    post_logout_redirect_uri: Vec<String>,
    /// Beside openid: profile, email, phone, address; may be given again.
    #[arg(long)]
    scope: Vec<String>,
    /// A single claim; may be given again.
    #[arg(long)]
    claim: Vec<String>,
    /// standard, or compat for the contract under /v2.
    #[arg(long)]
    mount: Option<String>,
    /// A file with its public keys (JSON Web Key Set): it proves itself with a key, not with a secret.
    #[arg(long, value_name = "FILE", conflicts_with = "jwks_uri")]
    jwks: Option<PathBuf>,
    /// Where its public keys are.
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
    /// How ID tokens are signed: ES256 (default; RS256 on mount compat), RS256, PS256, EdDSA, HS256.
    #[arg(long, value_name = "ALG")]
    id_token_alg: Option<String>,
    /// How ID tokens are encrypted: RSA-OAEP-256, ECDH-ES, dir … or RSA-OAEP-256/A256GCM; none. On mount compat, when it is not
    /// said: to the partner's encryption key, or with its secret.
    #[arg(long, value_name = "ALG[/ENC]")]
    id_token_encryption: Option<String>,
    /// How userinfo is signed: RS256, ES256 … ; none.
    #[arg(long, value_name = "ALG")]
    userinfo_alg: Option<String>,
    /// How userinfo is encrypted: as --id-token-encryption.
    #[arg(long, value_name = "ALG[/ENC]")]
    userinfo_encryption: Option<String>,
    /// Requests without a PKCE challenge are refused; on mount compat they are taken otherwise.
    #[arg(long)]
    require_pkce: bool,
    /// An address that request_uri may name; may be given again.
    #[arg(long, value_name = "URL")]
    request_uri: Vec<String>,
    /// standard, fapi2, fapi2_signed.
    #[arg(long)]
    security: Option<String>,
    /// May ask refresh tokens (offline_access).
    #[arg(long)]
    refresh: bool,
    /// Partners of one sector see the same person under the same sub.
    #[arg(long)]
    sector: Option<String>,
    /// Fingerprint or face may answer for the code.
    #[arg(long)]
    biometrics: bool,
}

/// What is said to keep the mount's custom away.
const NONE: &str = "none";

/// What was read: a partner, and the secret that was made for it.
pub struct Read {
    pub partner: Partner,
    pub secret: Option<String>,
    /// What the mount's custom decides.
    pub unsaid: Unsaid,
}

/// Reads what `add` names; `entropy` is drawn for each secret.
pub(super) fn read(add: &AddArgs, entropy: impl Fn() -> [u8; 32]) -> Result<Vec<Read>, String> {
    let documents = match &add.file {
        Some(file) => documents(file, "partner")?,
        None => vec![from_flags(add)?],
    };
    documents.into_iter().map(|document| finish(document, &entropy())).collect()
}

/// Tables of a TOML file: those called `name`, or the whole file as one.
pub fn documents(file: &PathBuf, name: &str) -> Result<Vec<Value>, String> {
    let fault = |e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
    let text = std::fs::read_to_string(file).map_err(|e| fault(&e))?;
    let mut whole: Value = toml::from_str(&text).map_err(|e| fault(&e))?;
    match whole.get_mut(name).map(Value::take) {
        Some(Value::Array(all)) if whole.get("id").is_none() && whole.get("code").is_none() => Ok(all),
        Some(other) => {
            // A partner's own services are called `service` too.
            if let Some(members) = whole.as_object_mut() {
                members.insert(name.to_owned(), other);
            }
            Ok(vec![whole])
        }
        None => Ok(vec![whole]),
    }
}

fn from_flags(add: &AddArgs) -> Result<Value, String> {
    let first = |own: &Option<String>| own.clone().or_else(|| add.name.clone());
    let named = [("nl", &add.nl), ("fr", &add.fr), ("de", &add.de), ("en", &add.en)];
    let mut names = Map::new();
    for (lang, own) in named {
        names.insert(lang.into(), first(own).ok_or("--name is missing, or one of --nl --fr --de --en")?.into());
    }
    let mut partner = json!({ "id": add.id, "name": names, "redirect_uris": add.redirect_uri });
    let host = add.redirect_uri.first().and_then(|uri| host(uri));
    let jwks = add.jwks.as_ref().map(|file| {
        let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
        serde_json::from_str::<Value>(&text).map_err(|e| format!("{}: {e}", file.display()))
    });
    let mut set = |member: &str, value: Option<Value>| {
        if let (Some(value), Some(members)) = (value, partner.as_object_mut()) {
            members.insert(member.to_owned(), value);
        }
    };
    let text = |value: &Option<String>| value.clone().map(Value::String);
    let list = |all: &Vec<String>| (!all.is_empty()).then(|| json!(all));
    set("domain", text(&add.domain).or_else(|| host.map(|h| h.into())));
    set("post_logout_redirect_uris", list(&add.post_logout_redirect_uri));
    let scopes: Vec<String> =
        add.scope.iter().flat_map(|s| s.split(' ')).filter(|s| *s != "openid").map(str::to_owned).collect();
    set("scopes", list(&scopes));
    set("claims", list(&add.claim));
    set("mount", text(&add.mount));
    set("jwks", jwks.transpose()?);
    set("jwks_uri", text(&add.jwks_uri));
    set("id_token_alg", text(&add.id_token_alg));
    set("id_token_encryption", add.id_token_encryption.as_deref().map(encryption));
    set("userinfo", userinfo(add));
    set("require_pkce", add.require_pkce.then_some(Value::Bool(true)));
    set("request_uris", list(&add.request_uri));
    set("security", text(&add.security));
    set("grants", add.refresh.then(|| json!(["authorization_code", "refresh_token"])));
    set("sector", text(&add.sector));
    set("biometrics", add.biometrics.then_some(Value::Bool(true)));
    Ok(partner)
}

/// `ALG` or `ALG/ENC`, as `zelf.toml` writes it; `none` stays what it is.
fn encryption(text: &str) -> Value {
    match text.split_once('/') {
        _ if text == NONE => NONE.into(),
        None => json!({ "alg": text, "enc": if text == "dir" { "A256GCM" } else { "A128CBC-HS256" } }),
        Some((alg, enc)) => json!({ "alg": alg, "enc": enc }),
    }
}

fn userinfo(add: &AddArgs) -> Option<Value> {
    let (sign, seal) = (add.userinfo_alg.as_deref(), add.userinfo_encryption.as_deref());
    if sign.is_none() && seal.is_none() {
        return None;
    }
    let said = |text: &&str| *text != NONE;
    let mut how = Map::new();
    how.extend(sign.filter(said).map(|alg| ("sign".to_owned(), alg.into())));
    how.extend(seal.filter(said).map(|text| ("encrypt".to_owned(), encryption(text))));
    Some(if how.is_empty() { NONE.into() } else { Value::Object(how) })
}

/// The host of an address, without port.
fn host(uri: &str) -> Option<&str> {
    let rest = uri.split_once("://")?.1;
    rest.split(['/', ':', '?']).next()
}

/// Fills in how the partner proves itself where nothing is said, and makes the secret that is missing.
fn finish(mut document: Value, entropy: &[u8; 32]) -> Result<Read, String> {
    let unsaid = Unsaid {
        id_token: document.get("id_token_encryption").is_none(),
        userinfo: document.get("userinfo").is_none(),
    };
    let has_keys = document.get("jwks").is_some() || document.get("jwks_uri").is_some();
    let members = document.as_object_mut().ok_or("a partner is a table")?;
    let usual = if has_keys { "private_key_jwt" } else { "client_secret" };
    let auth = members.entry("auth").or_insert_with(|| json!({ "method": usual }));
    let mut secret = None;
    if auth.get("method") == Some(&json!("client_secret")) && auth.get("client_secret_sha256").is_none() {
        let made = fresh_secret(entropy);
        if let Some(auth) = auth.as_object_mut() {
            auth.insert("client_secret_sha256".into(), SecretDigest::of(&made).hex().into());
        }
        secret = Some(made);
    }
    let id = members.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let partner: Partner = serde_json::from_value(document).map_err(|e| format!("partner \"{id}\": {e}"))?;
    Ok(Read { partner, secret, unsaid })
}

/// 256 bits, as a client sends them.
pub(super) fn fresh_secret(entropy: &[u8; 32]) -> String {
    b64u(entropy)
}

/// The same way to prove oneself with another secret; `None` when it is not by a secret.
pub(super) fn secret_auth(auth: &ClientAuth, secret: &str) -> Option<ClientAuth> {
    match auth {
        ClientAuth::ClientSecret { .. } => {
            Some(ClientAuth::ClientSecret { client_secret_sha256: SecretDigest::of(secret) })
        }
        _ => None,
    }
}
