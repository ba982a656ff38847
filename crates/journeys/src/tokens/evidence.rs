//! What proves to a partner that its person said yes, and to what.

use protocol::jose::{Jws, digest};
use protocol::label::TYP_ANSWER;
use protocol::phone::{Answer, Answered, Request};
use serde_json::{Value, json};
use store::approval::Evidence;

use super::facts::subject_of;
use super::{Opened, seal_jwt};
use crate::{Failure, World};

/// `typ` of the statement.
pub const TYP: &str = "zelf-evidence+jwt";

/// What the service may keep of one answer: the lines that were drawn, exactly, and how they were answered, in a JWT of ours (encrypted
/// where the partner's ID tokens are). In it lie `proof`, by which the vault says that it held request, the phone's signed answer, receipt
/// and certificate against one another, and `keys`, our root's word for the vault's key: both hold long after the keys that signed the
/// JWT are gone. `None` where nobody was asked anew.
///
/// It holds no id of the phone or the account, so that two partners cannot find out from it that they know the same person. The
/// messages themselves (M1 to M4) name the phone: they stay with the person, in the app, and with the operator, who shows them in
/// a dispute; `rq`, `apr` and `rcp` are their digests, so that what is shown then can only be what was answered here.
pub async fn evidence(world: &World, opened: &Opened) -> Result<Option<String>, Failure> {
    let (partner, approval) = (&opened.partner, &opened.approval);
    let Some(account) = approval.account.clone() else { return Ok(None) };
    let (sealer, id) = (world.sealer.clone(), approval.id.clone());
    let read = world.db.read("tokens.evidence", move |tx| store::history::evidence(tx, &sealer, &account, &id));
    let Some((found, m4)) = read.await? else { return Ok(None) };
    let mut claims = told(&found)?;
    let sub = subject_of(world, partner, approval)?;
    let Evidence { m1, m2, m3, .. } = found;
    let proof = world.vault.attest(Answered { m1, m2, m3, m4 }, sub.clone()).await?;
    let (keys, _) = world.vault.keys_document().await?;
    if let Some(members) = claims.as_object_mut() {
        members.insert("iss".into(), world.settings.issuer_of(partner.mount).into());
        members.insert("aud".into(), partner.id.clone().into());
        members.insert("sub".into(), sub.into());
        members.insert("iat".into(), world.now().into());
        members.insert("proof".into(), proof.into());
        members.insert("keys".into(), keys.into());
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
