//! A request too large for a form field lies in a row while the person types.

use protocol::jose::b64u;
use protocol::label::STASH;
use protocol::oidc::authorize::AuthorizationRequest;

use crate::{Failure, World};

/// JSON of a request beyond this many bytes goes to a row, when we know whose it is.
const LARGE: usize = 2304;
/// Beyond this it does not even fit the form, which links of the page carry as well: proxies take addresses of 8 KiB; base64 and the seal
/// take the rest.
const TOO_LARGE: usize = 8 * 1024 * 3 / 4 - 512;
/// As long as the login page may lie open.
const STASH_SECONDS: i64 = 3600;

/// Where a request goes.
pub(crate) enum Place {
    Form,
    Row,
    /// Nowhere: strangers fill no rows.
    None,
}

/// `believed`: the partner signed or pushed it.
pub(crate) fn place(request: &AuthorizationRequest, believed: bool) -> Place {
    let size = serde_json::to_vec(request).map_or(usize::MAX, |json| json.len());
    match () {
        () if size <= LARGE => Place::Form,
        () if believed => Place::Row,
        () if size <= TOO_LARGE => Place::Form,
        () => Place::None,
    }
}

/// The name of a new row.
pub(crate) fn id(world: &World) -> String {
    b64u(world.entropy::<16>())
}

/// The name of the row of a signed request: whoever brings the same one again, and again, finds the row there. It is nobody's to
/// guess, but stands in sealed forms only anyway.
pub(crate) fn id_of(world: &World, request: &AuthorizationRequest) -> Result<String, Failure> {
    let json = serde_json::to_vec(request).map_err(|_| Failure::Malformed)?;
    let whole = world.keys.derived(STASH, &[&json]);
    Ok(b64u(whole.get(..16).unwrap_or_default()))
}

/// Until when such a row lies there.
pub(crate) fn until(world: &World) -> i64 {
    world.now() + STASH_SECONDS
}

/// What lies behind a form; `None` when it is gone.
pub async fn find(world: &World, id: &str) -> Result<Option<AuthorizationRequest>, Failure> {
    let (sealer, id, now) = (world.sealer.clone(), id.to_owned(), world.now());
    Ok(world.db.read("stash.find", move |tx| store::pushed::stashed(tx, &sealer, &id, now)).await?)
}
