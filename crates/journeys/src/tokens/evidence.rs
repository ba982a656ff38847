//! What proves to a partner that its person said yes, and to what.

use protocol::jose::{Jws, digest};
use protocol::label::TYP_ANSWER;
use protocol::phone::{Answer, Request};
use serde_json::{Value, json};
use store::approval::Evidence;

use super::facts::subject_of;
use super::{Opened, seal_jwt};
use crate::{Failure, World};

/// `typ` of the statement.
pub const TYP: &str = "zelf-evidence+jwt";

/// A statement of ours about one answer: the lines that were drawn, exactly, and how they were answered; signed, and encrypted where
/// the partner's ID tokens are. `None` where nobody was asked anew.
///
/// It holds no id of the phone or the account, so that two partners cannot find out from it that they know the same person. The
/// messages themselves (M1, M2, M3, with the phone's signature) stay with the operator, who shows them in a dispute; `rq`, `apr`
/// and `rcp` are their digests, so that what is shown then can only be what was answered here.
pub async fn evidence(world: &World, opened: &Opened) -> Result<Option<String>, Failure> {
    let (partner, approval) = (&opened.partner, &opened.approval);
    let (sealer, id) = (world.sealer.clone(), approval.id.clone());
    let found = world.db.read("tokens.evidence", move |tx| store::grant::evidence(tx, &sealer, &id)).await?;
    let Some(found) = found else { return Ok(None) };
    let mut claims = told(&found)?;
    if let Some(members) = claims.as_object_mut() {
        members.insert("iss".into(), world.settings.issuer_of(partner.mount).into());
        members.insert("aud".into(), partner.id.clone().into());
        members.insert("sub".into(), subject_of(world, partner, approval)?.into());
        members.insert("iat".into(), world.now().into());
        let request_object = opened.login.authorization.request_object.clone();
        members.extend(request_object.map(|digest| ("request_object".to_owned(), digest.into())));
        if world.settings.test_world {
            members.insert("zelf_test_world".into(), true.into());
        }
    }
    seal_jwt(world, partner, Some(partner.public_alg()), partner.id_token_encryption, TYP, &claims).await.map(Some)
}

fn told(found: &Evidence) -> Result<Value, Failure> {
    let request = Request::unverified(&found.m1)?;
    let answer: Answer = Jws::parse(&found.m2, TYP_ANSWER)?.unverified()?;
    Ok(json!({
        "rid": request.rid,
        "kind": request.kind,
        "lines": request.lines(),
        "text": request.text,
        "lang": answer.lang,
        "dec": answer.dec,
        "uv": answer.uv,
        "without": answer.without,
        "ts": answer.ts,
        "rq": digest(&found.m1),
        "apr": digest(&found.m2),
        "rcp": digest(&found.m3),
    }))
}
