//! A login ends in the browser: the partner asked, or the person did. Whoever else was logged in there is told behind its back.

use std::sync::Arc;

use protocol::oidc::logout::{LogoutRequest, back};
use protocol::oidc::partner::Partner;
use store::partner_call::{LOGOUT_SECONDS, Logout, Said};

use crate::id_token_hint::{audience, own_id_token};
use crate::session::BrowserSession;
use crate::tokens::approval_of_sid;
use crate::{Failure, World};

/// Why there is no way on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutError {
    /// The hint is none of our ID tokens, or one for somebody else.
    HintInvalid,
    ClientUnknown,
    /// The address is not registered, or it is not said whose it is.
    AddressUnknown,
}

/// A logout that may be carried out.
pub struct Checked {
    pub partner: Option<Arc<Partner>>,
    /// The approval whose login the hint names.
    pub hinted: Option<String>,
    /// Where the browser goes afterwards.
    pub back: Option<String>,
}

impl Checked {
    /// Whether the person must be asked. Anybody can put an ID token of their own into a link: it ends without a question only the
    /// login that it names.
    pub fn needs_question(&self, world: &World, session: &BrowserSession) -> bool {
        !self.hinted.as_deref().is_some_and(|approval| session.is_of(approval, world.now()))
    }
}

/// Who asks for what (RP-Initiated Logout §2). A hint may be as old as it likes.
///
/// # Errors
/// Inside: what the error page says.
pub async fn check(world: &World, asked: &LogoutRequest) -> Result<Result<Checked, LogoutError>, Failure> {
    let text = asked.id_token_hint.as_deref();
    let aimed = text.map(|text| audience(world, text));
    if aimed == Some(None) {
        return Ok(Err(LogoutError::HintInvalid));
    }
    let id = aimed.flatten().or_else(|| asked.client_id.clone());
    if asked.client_id.is_some() && asked.client_id != id {
        return Ok(Err(LogoutError::HintInvalid));
    }
    let partner = match id.map(|id| world.partners.find(&id)) {
        Some(None) => return Ok(Err(LogoutError::ClientUnknown)),
        found => found.flatten(),
    };
    let hint = match text.zip(partner.as_deref()) {
        Some((text, partner)) => match own_id_token(world, partner, text).await? {
            Some(hint) => Some(hint),
            None => return Ok(Err(LogoutError::HintInvalid)),
        },
        None => None,
    };
    let back = match (&asked.post_logout_redirect_uri, &partner) {
        (None, _) => None,
        (Some(wished), Some(partner)) => match back(partner, wished, asked.state.as_deref()) {
            Some(back) => Some(back),
            None => return Ok(Err(LogoutError::AddressUnknown)),
        },
        (Some(_), None) => return Ok(Err(LogoutError::AddressUnknown)),
    };
    let hinted = hint.and_then(|hint| approval_of_sid(world, &hint.sid?));
    Ok(Ok(Checked { partner, hinted, back }))
}

/// Ends the logins of this browser, and the one that the hint names wherever it lasts, and tells their partners.
pub async fn end(world: &World, checked: &Checked, session: &BrowserSession) -> Result<(), Failure> {
    let mut approvals: Vec<String> = session.logins.iter().map(|login| login.approval.clone()).collect();
    approvals.extend(checked.hinted.clone());
    approvals.sort();
    approvals.dedup();
    if approvals.is_empty() {
        return Ok(());
    }
    let (sealer, now) = (world.sealer.clone(), world.now());
    let work = move |tx: &mut db::Tx<'_>| {
        for id in &approvals {
            // A hint may come again and again: its partner hears of it once.
            let Some((account, partner)) = store::session::end(tx, id)? else { continue };
            let said = Said::Logout(Logout { account, approval: Some(id.clone()) });
            let call = format!("pcl_logout_{id}");
            store::partner_call::insert(tx, &sealer, (&call, &partner), &said, now, now + LOGOUT_SECONDS)?;
        }
        Ok::<_, store::StoreError>(())
    };
    Ok(world.db.run("logout.end", work).await?)
}
