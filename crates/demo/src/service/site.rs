//! The four services of the demo: what each is called, what it asks, and how it looks.

use serde_json::{Value, json};
use words::{Lang, t};

/// Which service this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// A municipality with an e-counter: log in.
    Town,
    /// A supplier of energy: an application, with data that may be left out.
    Energy,
    /// A landlord: a deposit to pay, house rules to confirm.
    Housing,
    /// A health fund whose integration was made for the `/v2` contract and was moved here as it was.
    Fund,
}

/// What somebody came for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Login,
    Pay,
    Confirm,
}

impl Ask {
    pub(super) fn parse(word: Option<&str>) -> Ask {
        match word {
            Some("pay") => Ask::Pay,
            Some("confirm") => Ask::Confirm,
            _ => Ask::Login,
        }
    }

    /// In addresses and on the page.
    pub(super) fn word(self) -> &'static str {
        match self {
            Ask::Login => "login",
            Ask::Pay => "pay",
            Ask::Confirm => "confirm",
        }
    }
}

/// What the service's page says before somebody is in.
pub(super) struct Said {
    pub name: &'static str,
    pub counter: &'static str,
    pub title: &'static str,
    pub intro: &'static str,
    pub enter: &'static str,
    pub enter_text: &'static str,
    pub inside: &'static str,
    pub demo: &'static str,
}

/// The deposit, and where it goes.
const DEPOSIT: &str = "850.00";
pub(super) const DEPOSIT_SHOWN: &str = "850,00 EUR";
const IBAN: &str = "BE71096123456769";

impl Site {
    pub(super) fn said(self) -> Said {
        match self {
            Site::Town => Said {
                name: "service.name",
                counter: "service.counter",
                title: "service.title",
                intro: "service.intro",
                enter: "service.enter",
                enter_text: "service.enter_text",
                inside: "service.inside",
                demo: "service.demo",
            },
            Site::Energy => Said {
                name: "service.energy.name",
                counter: "service.energy.counter",
                title: "service.energy.title",
                intro: "service.energy.intro",
                enter: "service.energy.enter",
                enter_text: "service.energy.enter_text",
                inside: "service.energy.inside",
                demo: "service.energy.demo",
            },
            Site::Housing => Said {
                name: "service.housing.name",
                counter: "service.housing.counter",
                title: "service.housing.title",
                intro: "service.housing.intro",
                enter: "service.housing.enter",
                enter_text: "service.housing.enter_text",
                inside: "service.housing.inside",
                demo: "service.housing.demo",
            },
            Site::Fund => Said {
                name: "service.fund.name",
                counter: "service.fund.counter",
                title: "service.fund.title",
                intro: "service.fund.intro",
                enter: "service.fund.enter",
                enter_text: "service.fund.enter_text",
                inside: "service.fund.inside",
                demo: "service.fund.demo",
            },
        }
    }

    /// Its colour in the stylesheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Site::Town => "town",
            Site::Energy => "town energy",
            Site::Housing => "town housing",
            Site::Fund => "town fund",
        }
    }

    /// The buttons: what for, and what stands on it.
    pub(super) fn buttons(self) -> &'static [(Ask, &'static str)] {
        match self {
            Site::Town | Site::Fund => &[(Ask::Login, "service.login")],
            Site::Energy => &[(Ask::Login, "service.energy.button")],
            Site::Housing => &[(Ask::Pay, "service.housing.pay"), (Ask::Confirm, "service.housing.confirm")],
        }
    }

    pub(super) fn scope(self) -> &'static str {
        match self {
            Site::Town => "openid profile address",
            Site::Energy => "openid",
            Site::Housing => "openid profile",
            Site::Fund => "openid service:FONDS_LOKET profile address phone eid",
        }
    }

    /// The `claims` parameter (OpenID Core §5.5). What is not essential may be left out by the person; a `sub` that is known spares
    /// them the question which phone.
    pub(super) fn claims(self, sub: Option<&str>) -> Option<Value> {
        match self {
            Site::Energy => {
                let must = json!({ "essential": true });
                let claims = json!({ "given_name": must, "family_name": must, "address": must, "email": null,
                    "phone_number": null, "birthdate": null });
                Some(json!({ "userinfo": claims }))
            }
            Site::Housing => sub.map(|sub| json!({ "userinfo": { "sub": { "value": sub } } })),
            Site::Town | Site::Fund => None,
        }
    }

    /// `authorization_details` (RFC 9396): what is paid or confirmed.
    pub(super) fn details(self, ask: Ask, lang: Lang) -> Option<Value> {
        match (self, ask) {
            (Site::Housing, Ask::Pay) => Some(json!([{
                "type": "payment_initiation",
                "instructedAmount": { "currency": "EUR", "amount": DEPOSIT },
                "creditorName": t(lang, "service.housing.name"),
                "creditorAccount": { "iban": IBAN },
                "remittanceInformationUnstructured": t(lang, "service.housing.communication"),
            }])),
            (Site::Housing, Ask::Confirm) => {
                Some(json!([{ "type": "confirm_text", "text": t(lang, "service.housing.rules") }]))
            }
            _ => None,
        }
    }
}
