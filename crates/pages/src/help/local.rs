//! What differs from town to town: help points, and whom to call or to write to (`deploy/help-points.toml`).

use serde::Deserialize;
use words::Lang;

use super::speech::{fold, tokens};

/// Whom people near us can turn to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Local {
    /// How people call our site when they type its address themselves.
    #[serde(skip)]
    pub site: String,
    /// Mail address to forward suspicious messages to.
    pub report_to: Option<String>,
    /// Telephone number that stops bank cards.
    pub card_stop: Option<String>,
    /// Telephone number that stops identity cards.
    pub doc_stop: Option<String>,
    /// Address (https) where the state gives a new PIN for an identity card.
    pub new_pin: Option<String>,
    #[serde(rename = "point")]
    pub points: Vec<Point>,
}

/// One place where people are helped face to face.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub name: String,
    pub street: String,
    pub postcode: String,
    pub town: String,
    #[serde(default)]
    pub hours: Vec<Opening>,
    pub phone: Option<String>,
    pub mail: Option<String>,
    pub site: Option<String>,
    pub kinds: Vec<Kind>,
    /// ISO 639-1 codes, as spoken there.
    #[serde(default)]
    pub languages: Vec<String>,
}

/// When it is open.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    pub days: Vec<Day>,
    /// `09:30`
    pub from: String,
    pub to: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    Mo,
    Tu,
    We,
    Th,
    Fr,
    Sa,
    Su,
}

impl Day {
    pub(super) fn key(self) -> &'static str {
        match self {
            Day::Mo => "help.day.mo",
            Day::Tu => "help.day.tu",
            Day::We => "help.day.we",
            Day::Th => "help.day.th",
            Day::Fr => "help.day.fr",
            Day::Sa => "help.day.sa",
            Day::Su => "help.day.su",
        }
    }
}

/// What one can do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Walk in with a question.
    Visit,
    /// An hour with somebody, by appointment.
    Appointment,
    Workshop,
    Course,
    /// A computer, with a card reader.
    Computer,
}

impl Kind {
    pub(super) fn key(self) -> &'static str {
        match self {
            Kind::Visit => "help.kind.visit",
            Kind::Appointment => "help.kind.appointment",
            Kind::Workshop => "help.kind.workshop",
            Kind::Course => "help.kind.course",
            Kind::Computer => "help.kind.computer",
        }
    }
}

impl Local {
    /// Whether people can use what stands here.
    ///
    /// # Errors
    /// A sentence that names the slip.
    pub fn check(&self) -> Result<(), String> {
        web(self.new_pin.as_ref())?;
        mail(self.report_to.as_ref())?;
        for point in &self.points {
            let told = [&point.name, &point.street, &point.postcode, &point.town];
            let fault = |why: &str| format!("help point {:?}: {why}", point.name);
            if told.iter().any(|text| text.trim().is_empty() || text.chars().any(char::is_control)) {
                return Err(fault("name, street, postcode and town are needed, on one line each"));
            }
            if point.kinds.is_empty() {
                return Err(fault("kinds is empty"));
            }
            web(point.site.as_ref()).and_then(|()| mail(point.mail.as_ref())).map_err(|why| fault(&why))?;
            if point.hours.iter().any(|open| !time(&open.from) || !time(&open.to) || open.days.is_empty()) {
                return Err(fault("hours want days, from and to, as in 09:30"));
            }
            if let Some(tag) = point.languages.iter().find(|tag| !language(tag)) {
                return Err(fault(&format!("{tag:?} is no language code of two letters")));
            }
        }
        Ok(())
    }

    /// Help points for a postcode or a town, the right ones first; true when at least one is right there.
    /// Nobody is told that there is nothing: the nearest by postcode follow.
    pub fn near(&self, query: &str) -> (bool, Vec<&Point>) {
        let wanted: Vec<String> = tokens(&query.chars().take(100).collect::<String>());
        let mut points: Vec<(u8, u32, &Point)> = self.points.iter().map(|point| rank(&wanted, point)).collect();
        points.sort_by_key(|(rank, distance, _)| (*rank, *distance));
        let here = !wanted.is_empty() && points.first().is_some_and(|(rank, ..)| *rank == 0);
        (here, points.into_iter().map(|(_, _, point)| point).collect())
    }
}

/// 0: asked for; 1: how far its postcode is from the one asked for; 2: nothing to go by.
fn rank<'a>(wanted: &[String], point: &'a Point) -> (u8, u32, &'a Point) {
    let own = tokens(&format!("{} {} {}", point.town, point.name, point.street));
    let hit = wanted.iter().any(|word| {
        *word == fold(&point.postcode) || own.iter().any(|ours| super::speech::likeness(word, ours) >= 0.65)
    });
    let asked = wanted.iter().find_map(|word| word.parse::<u32>().ok().filter(|_| word.len() == 4));
    match (hit, asked, point.postcode.parse::<u32>()) {
        (true, ..) => (0, 0, point),
        (false, Some(asked), Ok(there)) => (1, asked.abs_diff(there), point),
        _ => (2, 0, point),
    }
}

fn web(address: Option<&String>) -> Result<(), String> {
    match address {
        Some(a) if !a.starts_with("https://") || a.chars().any(|c| c.is_whitespace() || c.is_control()) => {
            Err(format!("{a:?} is no https address"))
        }
        _ => Ok(()),
    }
}

fn mail(address: Option<&String>) -> Result<(), String> {
    match address {
        Some(a) if !a.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) => {
            Err(format!("{a:?} is no mail address"))
        }
        Some(a) if !a.chars().all(|c| c.is_ascii_alphanumeric() || "@.-_+".contains(c)) => {
            Err(format!("{a:?} is no mail address"))
        }
        _ => Ok(()),
    }
}

fn time(text: &str) -> bool {
    let part = |text: &str, most: u8| text.len() == 2 && text.parse::<u8>().is_ok_and(|n| n < most);
    text.split_once(':').is_some_and(|(hours, minutes)| part(hours, 24) && part(minutes, 60))
}

fn language(tag: &str) -> bool {
    tag.len() == 2 && tag.bytes().all(|b| b.is_ascii_lowercase())
}

/// What a number is dialled as: `tel:` wants digits.
pub(super) fn dialled(number: &str) -> String {
    let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    format!("tel:{digits}")
}

/// How people call a language: its own name where we speak it, else its code.
pub(super) fn language_name(tag: &str) -> &str {
    match Lang::parse(tag) {
        Some(Lang::Nl) => "Nederlands",
        Some(Lang::Fr) => "Français",
        Some(Lang::De) => "Deutsch",
        Some(Lang::En) => "English",
        None => match tag {
            "ar" => "العربية",
            "tr" => "Türkçe",
            "es" => "Español",
            "it" => "Italiano",
            "pl" => "Polski",
            "pt" => "Português",
            "ro" => "Română",
            "uk" => "Українська",
            other => other,
        },
    }
}

impl Local {
    /// For the samples of the pages: nothing but what every page needs.
    pub(super) fn sample() -> &'static Local {
        static SAMPLE: std::sync::LazyLock<Local> = std::sync::LazyLock::new(|| Local {
            site: "login.example".into(),
            report_to: Some("report@login.example".into()),
            card_stop: Some("02 000 00 00".into()),
            doc_stop: Some("02 000 00 01".into()),
            new_pin: Some("https://pin.example/".into()),
            points: vec![Point {
                name: "Buurthuis De Linde".into(),
                street: "Lindestraat 1".into(),
                postcode: "1000".into(),
                town: "Voorbeeldstad".into(),
                hours: vec![Opening { days: vec![Day::Mo, Day::We], from: "09:30".into(), to: "12:00".into() }],
                phone: Some("02 000 00 02".into()),
                mail: Some("linde@buurthuis.example".into()),
                site: Some("https://buurthuis.example/".into()),
                kinds: vec![Kind::Visit, Kind::Course],
                languages: vec!["nl".into(), "ar".into()],
            }],
        });
        &SAMPLE
    }
}
