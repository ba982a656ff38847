//! What a person confirms: payments and texts, and everything that must not reach a phone.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use serde_json::{Map, Value, json};
use zelf_protocol::oidc::authorize::Confirm;
use zelf_protocol::oidc::compat::template::{TemplateError, confirm};

const CLAIM: &str = "http://itsme.services/v2/claim/claim_approval_";

fn set(members: &[(&str, &str)]) -> Value {
    let claim = |(name, value): &(&str, &str)| (format!("{CLAIM}{name}"), json!({ "essential": true, "value": value }));
    Value::Object(members.iter().map(claim).collect::<Map<_, _>>())
}

fn payment(amount: &str, currency: &str, iban: &str) -> Result<Option<Confirm>, TemplateError> {
    let members =
        [("template_name", "adv_payment"), ("amount_key", amount), ("currency_key", currency), ("iban_key", iban)];
    confirm(&json!({ "userinfo": set(&members) }))
}

fn text(words: &str) -> Result<String, TemplateError> {
    let members = [("template_name", "free_text"), ("text_key", words)];
    match confirm(&json!({ "id_token": set(&members) }))? {
        Some(Confirm::Text { text }) => Ok(text),
        other => panic!("{other:?}"),
    }
}

const IBAN: &str = "BE68 5390 0754 7034";

#[test]
fn a_payment_is_read_in_cents_and_its_account_number_without_spaces() {
    let expected = Confirm::Payment {
        amount: 1234,
        currency: "EUR".into(),
        iban: "BE68539007547034".into(),
        payee: None,
        communication: None,
    };
    assert_eq!(payment("1234", "EUR", IBAN), Ok(Some(expected.clone())));
    assert_eq!(payment("0001234", "EUR", "be68 5390 0754 7034"), Ok(Some(expected)));
    assert!(payment("1", "JPY", "GB82 WEST 1234 5698 7654 32").is_ok());
}

#[test]
fn an_amount_is_digits_and_nothing_else() {
    for amount in ["12,34", "12.34", "", "0", "-5", "+5", " 5", "5 ", "1e3", "0x10", "٣", "1234567890123456"] {
        assert_eq!(payment(amount, "EUR", IBAN), Err(TemplateError::AmountInvalid), "{amount:?}");
    }
}

#[test]
fn an_account_number_that_does_not_hold_is_refused() {
    for iban in [
        "BE68 5390 0754 7035",
        "BE68 5390 0754 70",
        "",
        "BE",
        "68BE539007547034",
        "BE68539007547034\n",
        "BE6853900754703４",
    ] {
        assert_eq!(payment("1", "EUR", iban), Err(TemplateError::IbanInvalid), "{iban:?}");
    }
    // Check digits right, length of another country.
    assert_eq!(payment("1", "EUR", "BE52 WEST 1234 5698 7654 32"), Err(TemplateError::IbanInvalid));
}

#[test]
fn a_currency_is_a_code_of_the_list() {
    for currency in ["eur", "EURO", "", "€", "XXX", "EUR USD", "AED AFN"] {
        assert_eq!(payment("1", currency, IBAN), Err(TemplateError::CurrencyUnknown), "{currency:?}");
    }
}

#[test]
fn names_of_before_are_understood() {
    let claims = json!({ "userinfo": {
        "tag:sixdots.be,2016-08:claim_approval_template_name": { "value": "free_text" },
        "tag:sixdots.be,2016-08:claim_approval_text_key": { "value": "Yes" },
    } });
    assert_eq!(confirm(&claims), Ok(Some(Confirm::Text { text: "Yes".into() })));
}

#[test]
fn without_a_template_there_is_nothing_to_confirm() {
    for claims in [json!({}), json!({ "userinfo": { "name": null } }), json!(null), json!([]), json!({ "userinfo": 1 })]
    {
        assert_eq!(confirm(&claims), Ok(None), "{claims}");
    }
}

#[test]
fn two_templates_or_a_claim_twice_are_refused() {
    let free = set(&[("template_name", "free_text"), ("text_key", "a")]);
    let pay = [("template_name", "adv_payment"), ("amount_key", "1"), ("currency_key", "EUR"), ("iban_key", IBAN)];
    assert_eq!(confirm(&json!({ "userinfo": free, "id_token": set(&pay) })), Err(TemplateError::NotOne));
    assert_eq!(confirm(&json!({ "userinfo": free, "id_token": free })), Err(TemplateError::NotOne));
    let mut mixed = pay.to_vec();
    mixed.push(("text_key", "a"));
    assert_eq!(confirm(&json!({ "userinfo": set(&mixed) })), Err(TemplateError::NotOne));
    let mixed = [("template_name", "free_text"), ("text_key", "a"), ("amount_key", "1")];
    assert_eq!(confirm(&json!({ "userinfo": set(&mixed) })), Err(TemplateError::NotOne));
}

#[test]
fn half_a_template_is_refused() {
    let only = |members: &[(&str, &str)]| confirm(&json!({ "userinfo": set(members) }));
    assert_eq!(only(&[("text_key", "a")]), Err(TemplateError::NameMissing));
    assert_eq!(only(&[("template_name", "free_text")]), Err(TemplateError::ValueMissing));
    assert_eq!(only(&[("template_name", "adv_payment"), ("amount_key", "1")]), Err(TemplateError::ValueMissing));
    assert_eq!(only(&[("template_name", "other"), ("text_key", "a")]), Err(TemplateError::NameUnknown));
    let name = format!("{CLAIM}template_name");
    for claim in [json!(null), json!({ "essential": true }), json!({ "value": 1 }), json!("free_text")] {
        assert_eq!(confirm(&json!({ "userinfo": { &name: claim } })), Err(TemplateError::ValueMissing));
    }
}

#[test]
fn markup_comes_out_the_same_however_it_was_written() {
    for (raw, canonical) in [
        ("Plain", "Plain"),
        ("<b>Bold</b> and <i>it</i>", "<b>Bold</b> and <i>it</i>"),
        ("<B class=\"x\">Bold</B >", "<b>Bold</b>"),
        ("<u><b>x</b></u>", "<b><u>x</u></b>"),
        ("<b>a<i>b</b>c</i>", "<b>a</b><b><i>b</i></b><i>c</i>"),
        ("<b><b>a</b>b</b>c", "<b>ab</b>c"),
        ("<b>never closed", "<b>never closed</b>"),
        ("</b>a</i>", "a"),
        ("<b>a<br/>b</b><BR />c<br>", "<b>a</b><br><b>b</b><br>c<br>"),
        ("<p>One <a href='https://x'>link</a></p>", "One link"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<!-- not shown -->a", "a"),
        ("1 < 2 && 3 > 2", "1 &lt; 2 &amp;&amp; 3 &gt; 2"),
        ("&lt;b&gt; &amp; &euro; &#233; &#xE9; &unknown; &", "&lt;b&gt; &amp; € é é &amp;unknown; &amp;"),
        ("two\r\nlines\tand\u{a0}more", "two lines and more"),
        ("co\u{ad}op", "coop"),
        ("€ Š š Ž ž Œ œ Ÿ ÿ ¿", "€ Š š Ž ž Œ œ Ÿ ÿ ¿"),
    ] {
        assert_eq!(text(raw).as_deref(), Ok(canonical), "{raw}");
        assert_eq!(text(canonical).as_deref(), Ok(canonical), "{raw}: canonical stays");
    }
}

#[test]
fn a_character_that_a_phone_of_the_contract_cannot_show_is_refused() {
    for raw in
        ["ř", "½", "¤", "“quoted”", "日本", "🙂", "a\u{0}b", "a\u{85}b", "\u{202e}abc", "&#8238;", "&#0;", "\u{feff}a"]
    {
        assert_eq!(text(raw), Err(TemplateError::CharacterNotAllowed), "{raw:?}");
    }
    // In a tag that is dropped it is not shown.
    assert_eq!(text("<span title='ř'>a</span>").as_deref(), Ok("a"));
}

#[test]
fn seven_thousand_five_hundred_characters_and_not_one_more() {
    assert!(text(&"é".repeat(7_500)).is_ok());
    assert!(text(&"€".repeat(7_500)).is_ok());
    assert_eq!(text(&"a".repeat(7_501)), Err(TemplateError::TextTooLong));
    assert!(text(&format!("<b>{}</b><br>", "a".repeat(7_500))).is_ok(), "tags are not counted");
    // Markup that grows beyond what a phone reads.
    assert_eq!(text(&"<b>a</b><i>b</i>".repeat(3_000)), Err(TemplateError::TextTooLong));
    assert_eq!(text(&"<br>".repeat(10_000)), Err(TemplateError::TextTooLong));
    assert_eq!(text(&"<p>".repeat(30_000)), Err(TemplateError::TextTooLong));
}

#[test]
fn an_empty_text_is_nothing_to_confirm() {
    for raw in ["", " ", "<b></b>", "<br><br>", "&nbsp;", "\u{ad}", "<b"] {
        let expected = if raw == "<b" { Ok("&lt;b".to_owned()) } else { Err(TemplateError::TextEmpty) };
        assert_eq!(text(raw), expected, "{raw:?}");
    }
}

#[test]
fn every_mistake_is_told_in_a_sentence() {
    let wrong = payment("x", "EUR", IBAN).unwrap_err();
    assert!(wrong.description().contains("minor units"));
}
