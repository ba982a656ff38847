//! A partner asks a person something without a browser (OpenID CIBA Core 1.0, reference §21). What follows is as after any
//! other start: the phone shows it, the person answers, the partner fetches tokens ([`crate::tokens::redeem_answer`]).

use domain::approval::{Approval, LoginRequest, Start};
use domain::number::MobileNumber;
use protocol::jose::{KeySet, b64u, unb64u};
use protocol::label::AUTH_REQ;
use protocol::oidc::authorize::{AuthorizationRequest, ErrorCode, Found};
use protocol::oidc::ciba::{
    self, Backchannel, BackchannelCode, BackchannelError, Hint, LoginHintToken, ObjectError, RequestObject,
};
use protocol::oidc::client_auth::Authenticated;
use protocol::oidc::partner::{Grant, Partner};
use protocol::oidc::token::TokenError;
use protocol::oidc::{Mount, Pairs};
use store::partner_call::{Ping, Said};

use crate::keys::PlatformKeys;
use crate::read_request::{Misread, sub_of_hint};
use crate::start::{Begun, How, Whom, account_of, summon};
use crate::tokens::{Possession, burn, id_bytes};
use crate::{Failure, World, discover, partner_keys, tokens};

/// A ping that could not be delivered is worth nothing after so long.
const PING_SECONDS: i64 = 300;

/// What the partner gets (CIBA Core §7.3).
pub struct Asked {
    pub auth_req_id: String,
    pub expires_in: i64,
    pub interval: i64,
    /// Two digits that the partner shows and the person types.
    pub match_number: Option<String>,
}

/// Why nobody is asked.
pub enum Refused {
    Request(BackchannelError),
    /// The partner is not believed, or its assertion came before.
    Client(TokenError),
    Failed(Failure),
}

impl From<BackchannelError> for Refused {
    fn from(error: BackchannelError) -> Self {
        Refused::Request(error)
    }
}

impl<E: Into<Failure>> From<E> for Refused {
    fn from(error: E) -> Self {
        Refused::Failed(error.into())
    }
}

/// The request of a partner that proved itself. A number nobody has is answered like any other.
///
/// # Errors
/// [`Refused`].
pub async fn ask(world: &World, client: &Authenticated, form: &Pairs) -> Result<Asked, Refused> {
    let partner = &client.partner;
    may(partner, client)?;
    let none = Possession { dpop: None, certificate: None };
    burn(world, client, &none).await?.map_err(Refused::Client)?;
    let (pairs, found) = parameters(world, partner, form).await?;
    let asked = Backchannel::parse(partner, &pairs, &found)?;
    let mut authorization = asked.authorization;
    let whom = match asked.hint {
        Hint::Number(number) => Whom::Number(number_hash(world, &number)?),
        Hint::IdToken(token) => {
            let subject = subject_of_hint(world, partner, token).await?;
            Whom::Account(named(world, partner, &mut authorization, subject).await?)
        }
        Hint::Token(LoginHintToken::Subject(subject)) => {
            Whom::Account(named(world, partner, &mut authorization, subject).await?)
        }
        Hint::Token(LoginHintToken::Discovered(token)) => {
            let account = discovered(world, partner, &token).await?;
            the_one(&authorization, &tokens::subject(world, partner, &account)?)?;
            Whom::Awaiting(account)
        }
    };
    let how = How { start: Start::Ciba, typed_match: typed_match(partner), wait: asked.seconds };
    let begun =
        Begun { authorization, browser: String::new(), address: String::new(), network: String::new(), known: None };
    let approval = summon(world, partner, begun, whom, how).await?;
    Ok(Asked {
        auth_req_id: auth_req_id(world, &approval)?,
        expires_in: asked.seconds,
        interval: ciba::interval(partner.mount),
        match_number: Some(approval.match_number).filter(|digits| !digits.is_empty()),
    })
}

const UNKNOWN: BackchannelError =
    BackchannelError::new(BackchannelCode::UnknownUserId, "this client does not know such a person");

/// The account that the partner calls so, if its `claims` do not ask for somebody else.
async fn named(
    world: &World,
    partner: &Partner,
    authorization: &mut AuthorizationRequest,
    subject: String,
) -> Result<String, Refused> {
    the_one(authorization, &subject)?;
    let account = account_of(world, &partner.id, subject.clone()).await?.ok_or(UNKNOWN)?;
    authorization.sub = Some(subject);
    Ok(account)
}

/// Who is asked for in `claims` is who the hint names (OpenID Core §5.5.1); told apart from a person nobody knows by nothing.
fn the_one(authorization: &AuthorizationRequest, subject: &str) -> Result<(), BackchannelError> {
    match &authorization.sub {
        Some(wanted) if wanted != subject => Err(UNKNOWN),
        _ => Ok(()),
    }
}

/// No secret opens this door on the compatible mount (reference §21).
fn may(partner: &Partner, client: &Authenticated) -> Result<(), Refused> {
    if partner.mount == Mount::Compat && client.single_use.is_none() {
        return Err(Refused::Client(TokenError::INVALID_CLIENT));
    }
    if partner.ciba.is_none() || !partner.grants.contains(&Grant::Ciba) {
        let error = BackchannelError::new(BackchannelCode::UnauthorizedClient, "this client may not use CIBA");
        return Err(error.into());
    }
    Ok(())
}

/// The person of a discovery session scanned a code: nothing is left to compare. Else two digits are typed, unless the
/// partner is one of yesterday whose screen has no place for them.
fn typed_match(partner: &Partner) -> bool {
    let wished = partner.ciba.as_ref().is_none_or(|ciba| ciba.typed_match);
    partner.mount == Mount::Standard && (wished || !partner.legacy)
}

/// What counts: the form, or the signed request in it alone (CIBA Core §7.1.1).
async fn parameters(world: &World, partner: &Partner, form: &Pairs) -> Result<(Vec<(String, String)>, Found), Refused> {
    let mut objects = form.iter().filter(|(name, value)| name == "request" && !value.is_empty());
    match (objects.next(), objects.next()) {
        (Some(_), Some(_)) => Err(BackchannelError::invalid("a parameter is sent more than once").into()),
        (None, _) if signs(partner) => Err(BackchannelError::invalid("a signed request is expected").into()),
        (None, _) => Ok((form.to_vec(), Found::default())),
        (Some((_, compact)), None) => {
            let object = object(world, partner, compact).await?;
            let (id, once) = (partner.id.clone(), object.single_use);
            let burnt = move |tx: &mut db::Tx<'_>| store::used_token::burn(tx, &id, &once.jti, once.expires);
            if !world.db.run("ciba.burn", burnt).await? {
                return Err(BackchannelError::invalid("this request came before").into());
            }
            Ok((object.pairs, Found { object: Some(object.digest), ..Found::default() }))
        }
    }
}

/// CIBA Core §4: whoever registered how it signs, signs.
fn signs(partner: &Partner) -> bool {
    partner.mount == Mount::Compat || partner.signed_requests || partner.request_alg.is_some() || partner.fapi()
}

async fn object(world: &World, partner: &Partner, compact: &str) -> Result<RequestObject, Refused> {
    let opened;
    let mut jws = compact;
    if compact.split('.').count() == 5 {
        let plain = world.keys.op().decrypt(compact, world.now()).ok().and_then(|plain| String::from_utf8(plain).ok());
        opened = plain.ok_or(BackchannelError::invalid("the request is not encrypted to a key of ours"))?;
        jws = &opened;
    }
    let mut audiences = vec![world.settings.issuer_of(partner.mount)];
    for path in ["/bc-authorize", "/backchannel/authentication", "/token"] {
        audiences.extend(world.settings.addresses(partner.mount, path));
    }
    let now = world.now();
    let judged = |keys: &KeySet| ciba::object(jws, partner, keys, &audiences, now);
    let object = match judged(partner_keys::of(world, partner, false).await.as_ref()) {
        Err(ObjectError::Signature) => judged(partner_keys::of(world, partner, true).await.as_ref()),
        other => other,
    };
    object.map_err(|error| match error {
        ObjectError::Signature => {
            let description = "the request is not signed with a key of this client";
            BackchannelError::new(BackchannelCode::Request(ErrorCode::InvalidRequestObject), description).into()
        }
        ObjectError::Wrong(description) => BackchannelError::invalid(description).into(),
    })
}

/// HMAC of a number, whether or not anybody has it.
fn number_hash(world: &World, number: &str) -> Result<Vec<u8>, BackchannelError> {
    let number = MobileNumber::from_e164(number);
    let number = number.ok_or(BackchannelError::invalid("login_hint must be a mobile number, +32…"))?;
    Ok(world.keys.number_hash(number.e164()))
}

/// Whom an ID token of ours for this partner names. Its time does not matter.
async fn subject_of_hint(world: &World, partner: &Partner, token: String) -> Result<String, Refused> {
    let pairs = [("id_token_hint".to_owned(), token)];
    match sub_of_hint(world, partner, &pairs).await {
        Ok(Some(subject)) => Ok(subject),
        Ok(None) => Err(UNKNOWN.into()),
        Err(Misread::Refused(code, why)) => Err(BackchannelError::new(BackchannelCode::Request(code), why).into()),
        Err(Misread::Failed(failure)) => Err(failure.into()),
    }
}

/// The person of a discovery session, once.
async fn discovered(world: &World, partner: &Partner, token: &str) -> Result<String, Refused> {
    let session = discover::session_of(world, token, &partner.id).ok_or(UNKNOWN)?;
    let (id, now) = (partner.id.clone(), world.now());
    let taken = world.db.run("ciba.discovered", move |tx| store::discovery::take(tx, &session, &id, now)).await?;
    let over = BackchannelError::new(BackchannelCode::ExpiredLoginHintToken, "this login_hint_token is used or over");
    taken.ok_or_else(|| over.into())
}

/// 43 characters: the approval's id and a MAC over it and the partner.
fn auth_req_id(world: &World, approval: &Approval) -> Result<String, Failure> {
    let id = id_bytes(&approval.id)?;
    Ok(sealed(world, id, &approval.partner))
}

fn sealed(world: &World, id: [u8; 16], partner: &str) -> String {
    let whole = world.keys.derived(AUTH_REQ, &[&id, partner.as_bytes()]);
    b64u([&id[..], whole.get(..16).unwrap_or_default()].concat())
}

/// The approval's 16 bytes, if we made this `auth_req_id` for this partner.
pub(crate) fn open(world: &World, text: &str, partner: &str) -> Option<[u8; 16]> {
    let bytes = unb64u(text).ok().filter(|bytes| bytes.len() == 32)?;
    let id: [u8; 16] = *bytes.first_chunk()?;
    PlatformKeys::same(text, &sealed(world, id, partner)).then_some(id)
}

/// A request of a partner that wishes to be told was decided: the call to it moves with the decision (CIBA Core §10.2).
pub(crate) struct Decided {
    id: String,
    partner: String,
    ping: Ping,
}

impl Decided {
    /// What is to be told, when something is.
    pub(crate) fn of(world: &World, approval: &Approval, request: &LoginRequest) -> Option<Decided> {
        let token = request.authorization.notification.as_ref().filter(|_| approval.start == Start::Ciba)?;
        let partner = world.partners.find(&approval.partner)?;
        let address = partner.ciba.as_ref()?.notification_endpoint.clone()?;
        let auth_req_id = auth_req_id(world, approval).ok()?;
        let ping = Ping { address, bearer: token.0.clone(), auth_req_id };
        Some(Decided { id: format!("pcl_ping_{}", approval.id), partner: approval.partner.clone(), ping })
    }

    pub(crate) fn write(&self, tx: &mut db::Tx<'_>, sealer: &store::Sealer, now: i64) -> Result<(), store::StoreError> {
        let said = Said::Ping(self.ping.clone());
        store::partner_call::insert(tx, sealer, (&self.id, &self.partner), &said, now, now + PING_SECONDS)
    }
}
