//! The request as this person reads it: kind, who asks, why, what, from where.

use domain::account::Profile;
use domain::approval::{Approval, Asked, LoginRequest, NewPhone};
use domain::enrolment::CardData;
use protocol::oidc::authorize::{AuthorizationRequest, Confirm};
use protocol::oidc::compat::fraction_digits;
use protocol::oidc::partner::{Mount, Partner, ServiceKind};
use protocol::oidc::rar;
use protocol::phone::{Field, RequestingParty};
use protocol::plain;
use serde_json::Value;
use vault::Draft;
use words::Lang;

use super::data::fields;
use crate::{World, act};

/// The request as this person reads it, every line as it will be drawn.
pub(super) fn draft(
    world: &World,
    a: &Approval,
    asked: &Asked,
    person: (&Profile, Option<&CardData>),
    calm: bool,
    lang: Lang,
    now: i64,
) -> Draft {
    let drawn = written(world, a, asked, person, calm, lang, now);
    let seen = |field: Field| Field { l: plain::shown(&field.l), v: plain::shown(&field.v), ..field };
    Draft {
        rp: RequestingParty { name: plain::shown(&drawn.rp.name), ..drawn.rp },
        from: plain::shown(&drawn.from),
        purpose: drawn.purpose.map(|purpose| plain::shown(&purpose)),
        fields: drawn.fields.into_iter().map(seen).collect(),
        ..drawn
    }
}

fn written(
    world: &World,
    a: &Approval,
    asked: &Asked,
    person: (&Profile, Option<&CardData>),
    calm: bool,
    lang: Lang,
    now: i64,
) -> Draft {
    match asked {
        Asked::Login(request) => {
            let allowed = world.partners.find(&a.partner).is_some_and(|partner| partner.biometrics);
            Draft {
                bio: calm && allowed && !request.authorization.wants_code(),
                ..login(world, a, request, person, lang, now)
            }
        }
        Asked::NewPhone(phone) => new_phone(world, a, phone, lang, now),
        Asked::Act(asked) => act::draw(world, a, asked, lang, now),
    }
}

/// "Is this new phone yours?": asked by us, about the account itself.
fn new_phone(world: &World, a: &Approval, phone: &NewPhone, lang: Lang, now: i64) -> Draft {
    let domain = world.settings.app.split("://").nth(1).unwrap_or_default().to_owned();
    Draft {
        rid: a.id.clone(),
        kind: "admin".into(),
        lang: lang.code().into(),
        title: words::t(lang, "approval.new_phone").into(),
        rp: RequestingParty { id: "zelf".into(), name: world.settings.name.clone(), domain },
        from: from(world, a, &phone.place, "", lang),
        fields: vec![Field::line(words::t(lang, "approval.new_phone_device"), phone.device.clone())],
        claims: Vec::new(),
        purpose: None,
        text: None,
        wants_match: false,
        bio: false,
        iat: now,
        exp: a.expires_at,
    }
}

/// When, where, in which browser.
fn from(world: &World, a: &Approval, address: &str, browser: &str, lang: Lang) -> String {
    let place = world.settings.place(address, lang).unwrap_or_else(|| words::t(lang, "approval.place_unknown"));
    let parts = [world.settings.local_time(a.created_at), place.to_owned(), browser.to_owned()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn login(
    world: &World,
    a: &Approval,
    request: &LoginRequest,
    person: (&Profile, Option<&CardData>),
    lang: Lang,
    now: i64,
) -> Draft {
    let partner = world.partners.find(&a.partner);
    let asked = &request.authorization;
    let service = asked.service.as_deref();
    let rp = RequestingParty {
        id: a.partner.clone(),
        name: partner.as_ref().map_or_else(|| a.partner.clone(), |p| p.shown_name(service, lang.code()).to_owned()),
        domain: partner.as_ref().map(|p| p.domain.clone()).unwrap_or_default(),
    };
    let purpose = partner.as_ref().map(|p| p.shown_purpose(service, lang.code()).to_owned());
    let facts =
        partner.as_deref().map(|partner| crate::facts::of_person(world, partner, person.0, person.1, lang.code(), now));
    let mut fields = facts.map_or_else(Vec::new, |facts| fields(&facts, request, lang));
    fields.extend(details(asked, lang));
    let kind = kind(asked, partner.as_deref(), &fields);
    Draft {
        rid: a.id.clone(),
        kind: kind.into(),
        lang: lang.code().into(),
        title: words::t(lang, title(kind)).into(),
        rp,
        from: from(world, a, &request.place, &request.browser, lang),
        purpose: purpose.filter(|purpose| !purpose.is_empty() && !fields.is_empty()),
        fields,
        text: match &asked.confirm {
            Some(Confirm::Text { text }) => Some(text.clone()),
            _ => None,
        },
        claims: request.claims.clone(),
        wants_match: !a.match_number.is_empty(),
        bio: false,
        iat: now,
        exp: a.expires_at,
    }
}

/// `login`, `share`, `payment` or `text`.
fn kind(asked: &AuthorizationRequest, partner: Option<&Partner>, fields: &[Field]) -> &'static str {
    let service = asked.service.as_deref().and_then(|code| partner?.service(code)).map(|service| service.kind);
    match (&asked.confirm, asked.mount, service) {
        (Some(Confirm::Payment { .. }), ..) => "payment",
        (Some(Confirm::Text { .. }), ..) => "text",
        (None, Mount::Compat, Some(ServiceKind::Identification)) => "share",
        (None, Mount::Compat, _) => "login",
        // Data with a stated purpose, or that may be left out, is more than a login.
        (None, Mount::Standard, _) => {
            let purpose = partner.is_some_and(|partner| partner.purpose.is_some());
            if !fields.is_empty() && (purpose || fields.iter().any(|field| field.o)) { "share" } else { "login" }
        }
    }
}

fn title(kind: &str) -> &'static str {
    match kind {
        "share" => "approval.share",
        "payment" => "approval.payment",
        "text" => "approval.text",
        _ => "approval.login",
    }
}

/// What a payment is about, and what the partner wrote for the person to compare.
fn details(asked: &AuthorizationRequest, lang: Lang) -> Vec<Field> {
    let line = |key, value: &str| Field::line(words::t(lang, key), value);
    let mut lines = Vec::new();
    if let Some(Confirm::Payment { amount, currency, iban, payee, communication }) = &asked.confirm {
        lines.push(line("approval.amount", &money(*amount, currency, lang)));
        lines.extend(payee.iter().map(|payee| line("approval.payee", payee)));
        lines.push(line("approval.iban", &grouped(iban)));
        lines.extend(communication.iter().map(|text| line("approval.communication", text)));
    }
    lines.extend(asked.authorization_details.iter().filter_map(|detail| other_detail(detail, lang)));
    lines.extend(asked.binding_message.iter().map(|text| line("approval.binding_message", text)));
    lines
}

/// A rich request that has no screen of its own: its type and members, word for word, for nothing is granted unseen.
fn other_detail(detail: &Value, lang: Lang) -> Option<Field> {
    let members = detail.as_object()?;
    let kind = members.get("type")?.as_str()?;
    if matches!(kind, rar::PAYMENT | rar::TEXT) {
        return None;
    }
    let told =
        members.iter().filter(|(name, _)| *name != "type").map(|(name, value)| format!("{name}: {}", in_words(value)));
    let told: Vec<String> = std::iter::once(kind.to_owned()).chain(told).collect();
    Some(Field::line(words::t(lang, "approval.detail"), told.join(" · ")))
}

/// JSON without its quotes and brackets.
fn in_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(in_words).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            members.iter().map(|(name, value)| format!("{name} {}", in_words(value))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// `1.234,56 EUR`; `1,234.56 EUR` in English. As many digits behind the comma as the currency has.
fn money(minor: u64, currency: &str, lang: Lang) -> String {
    let (point, group) = if lang == Lang::En { ('.', ',') } else { (',', '.') };
    let digits = fraction_digits(currency);
    let unit = 10_u64.pow(digits);
    let whole = (minor / unit).to_string();
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(group);
        }
        out.push(digit);
    }
    match usize::try_from(digits) {
        Ok(width @ 1..) => format!("{out}{point}{:0width$} {currency}", minor % unit),
        _ => format!("{out} {currency}"),
    }
}

/// In groups of four, as on paper (ISO 13616 §5).
fn grouped(iban: &str) -> String {
    let chars: Vec<char> = iban.chars().collect();
    chars.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_reads_as_people_write_it() {
        assert_eq!(money(123_456, "EUR", Lang::Nl), "1.234,56 EUR");
        assert_eq!(money(123_456_789, "EUR", Lang::En), "1,234,567.89 EUR");
        assert_eq!(money(5, "EUR", Lang::De), "0,05 EUR");
        assert_eq!(money(100_000, "EUR", Lang::Fr), "1.000,00 EUR");
        assert_eq!(money(1_500, "JPY", Lang::Nl), "1.500 JPY");
        assert_eq!(money(1_500, "KWD", Lang::Nl), "1,500 KWD");
    }

    #[test]
    fn an_iban_stands_in_fours() {
        assert_eq!(grouped("BE71096123456769"), "BE71 0961 2345 6769");
        assert_eq!(grouped("NO9386011117947"), "NO93 8601 1117 947");
    }
}
