//! An act, as its person reads it before the code.

use domain::act::Act;
use domain::approval::Approval;
use protocol::phone::{Field, RequestingParty};
use vault::Draft;
use words::Lang;

use crate::World;

/// The request that the phone draws: what will happen, in this language.
pub(crate) fn draw(world: &World, a: &Approval, act: &Act, lang: Lang, now: i64) -> Draft {
    let domain = world.settings.app.split("://").nth(1).unwrap_or_default().to_owned();
    Draft {
        rid: a.id.clone(),
        kind: "admin".into(),
        lang: lang.code().into(),
        title: title(act, lang).to_owned(),
        rp: RequestingParty { id: "zelf".into(), name: world.settings.name.clone(), domain },
        from: world.settings.local_time(a.created_at),
        fields: fields(act, lang),
        claims: Vec::new(),
        purpose: None,
        text: None,
        wants_match: false,
        bio: false,
        iat: now,
        exp: a.expires_at,
    }
}

/// What an act is called.
pub(crate) fn title(act: &Act, lang: Lang) -> &'static str {
    words::t(
        lang,
        match act {
            Act::Number { .. } => "approval.act.number",
            Act::Email { .. } => "approval.act.email",
            Act::Biometrics { credential: Some(_) } => "approval.act.biometrics_on",
            Act::Biometrics { credential: None } => "approval.act.biometrics_off",
            Act::Code { .. } => "approval.act.code",
            Act::Vouch { .. } => "approval.act.vouch",
            Act::Close {} => "approval.act.close",
            Act::StillMine { .. } => "approval.act.still_mine",
        },
    )
}

fn fields(act: &Act, lang: Lang) -> Vec<Field> {
    let say = |key: &str| words::lookup(lang, key).unwrap_or_default().to_owned();
    let field = |key: &str, value: String| Field::line(say(key), value);
    match act {
        Act::Number { number } => vec![field("approval.field.number", number.grouped())],
        Act::Email { email } => {
            let value = email.clone().unwrap_or_else(|| say("approval.field.no_email"));
            vec![field("approval.field.email", value)]
        }
        Act::Biometrics { .. } => Vec::new(),
        Act::Code { mark, .. } => vec![field("approval.field.mark", mark.clone())],
        Act::Vouch { name, words, .. } => {
            vec![field("approval.new_phone_device", name.clone()), field("approval.field.words", words.join(" "))]
        }
        Act::Close {} => vec![field("approval.field.close", say("approval.field.close_value"))],
        Act::StillMine { number } => vec![
            field("approval.field.number", number.grouped()),
            field("approval.field.still_mine", say("approval.field.still_mine_value")),
        ],
    }
}
