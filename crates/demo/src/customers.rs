//! The people who bank at the demo bank. All invented; numbers have the right form and belong to nobody's card.

use jiff::ToSpan as _;
use jiff::civil::Date;
use words::{Lang, t};

/// As the register of persons writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    Female,
    Male,
}

impl Gender {
    /// The word of OpenID Connect Core §5.1.
    pub fn claim(self) -> &'static str {
        match self {
            Gender::Female => "female",
            Gender::Male => "male",
        }
    }
}

/// One customer: the person, what the bank read from the identity card, and the bank card with its PIN (this is a demo).
#[derive(Clone, Debug)]
pub struct Customer {
    pub id: String,
    pub given_name: String,
    pub family_name: String,
    pub gender: Gender,
    pub birth_date: Date,
    pub birth_place: &'static str,
    pub street_address: String,
    pub postal_code: &'static str,
    pub locality: &'static str,
    pub document_number: String,
    pub document_expiry: Date,
    /// When the bank read the chip of the identity card.
    pub document_read: Date,
    /// Card number: 17 digits, Luhn-valid, a test range.
    pub card: String,
    pub pin: String,
    /// Mobile number.
    pub number: String,
    /// The one that the bank knows, where it is another.
    pub bank_number: Option<String>,
    note: Option<fn(Lang) -> &'static str>,
}

impl Customer {
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// Eleven digits valid mod 97. The serial numbers used (997, 998) are the last a day could ever reach.
    pub fn national_number(&self) -> String {
        let birth = self.birth_date;
        let serial = if self.gender == Gender::Male { 997 } else { 998 };
        let digits = format!("{:02}{:02}{:02}{serial}", birth.year() % 100, birth.month(), birth.day());
        let century = if birth.year() >= 2000 { 2_000_000_000_u64 } else { 0 };
        let number = century + digits.parse::<u64>().unwrap_or(0);
        format!("{digits}{:02}", 97 - number % 97)
    }

    /// Where the bank reaches this customer.
    pub fn known_number(&self) -> &str {
        self.bank_number.as_deref().unwrap_or(&self.number)
    }

    /// What makes this customer worth choosing in the demo.
    pub fn note(&self, lang: Lang) -> &'static str {
        self.note.map_or("", |text| text(lang))
    }

    /// The line of `GET /demo/customers` and of `demo.json`.
    pub fn summary(&self, lang: Lang) -> serde_json::Value {
        serde_json::json!({
            "id": self.id, "name": self.name(), "card": self.card, "pin": self.pin,
            "birth_date": self.birth_date.to_string(), "number": self.number,
            "bank_number": self.known_number(), "note": self.note(lang),
        })
    }
}

/// The seven of the story, in the order they are shown. `today` keeps the young one young and the cards valid.
pub fn customers(today: Date) -> Vec<Customer> {
    let mut all = vec![
        person(1, "an", ("An", "Van Linden"), Gender::Female, date(1955, 3, 12), "1357", "+32 468 75 89 60", today),
        person(2, "jan", ("Jan", "Waterschoot"), Gender::Male, date(1948, 11, 2), "2468", "+32 470 11 02 48", today),
        person(
            3,
            "fatima",
            ("Fatima", "Benhaddi"),
            Gender::Female,
            date(1987, 7, 23),
            "3691",
            "+32 486 23 07 87",
            today,
        ),
        Customer {
            bank_number: Some("+32 499 94 01 30".to_owned()),
            note: Some(|lang| t(lang, "bank.note.lucas")),
            ..person(
                4,
                "lucas",
                ("Lucas", "Fontainas"),
                Gender::Male,
                date(1994, 1, 30),
                "4826",
                "+32 499 30 01 94",
                today,
            )
        },
    ];
    // Sixteen years and some months ago, whatever the day.
    let young = today.checked_sub(16.years().months(5)).unwrap_or(today);
    all.push(Customer {
        note: Some(|lang| t(lang, "bank.note.emma")),
        ..person(5, "emma", ("Emma", "Roosbeke"), Gender::Female, young, "5937", "+32 471 16 16 16", today)
    });
    all.push(Customer {
        document_expiry: date(2024, 2, 28),
        document_read: date(2014, 3, 3),
        note: Some(|lang| t(lang, "bank.note.georges")),
        ..person(
            6,
            "georges",
            ("Georges", "Lambinet"),
            Gender::Male,
            date(1961, 9, 5),
            "6048",
            "+32 475 05 09 61",
            today,
        )
    });
    all.push(Customer {
        note: Some(|lang| t(lang, "bank.note.sophie")),
        ..person(
            7,
            "sophie",
            ("Sophie", "Wagenaar"),
            Gender::Female,
            date(1979, 4, 18),
            "7159",
            "+352 621 18 04 79",
            today,
        )
    });
    all
}

/// How many guests there are, `guest-0` upward.
pub const GUESTS: u16 = 1000;

/// By id: one of the seven, or a `guest-<n>`: plain adults for load and for many phones at once, not shown on the page.
pub fn customer(id: &str, today: Date) -> Option<Customer> {
    match id.strip_prefix("guest-") {
        Some(n) => guest(n.parse().ok().filter(|n| *n < GUESTS)?, today),
        None => customers(today).into_iter().find(|c| c.id == id),
    }
}

/// By card number, digits only.
pub fn customer_of_card(card: &str, today: Date) -> Option<Customer> {
    let index: u16 = card.get(12..16)?.parse().ok()?;
    if index >= 1000 {
        return guest(index - 1000, today).filter(|c| c.card == card);
    }
    customers(today).into_iter().find(|c| c.card == card)
}

fn guest(n: u16, today: Date) -> Option<Customer> {
    if n >= GUESTS {
        return None;
    }
    let gender = if n.is_multiple_of(2) { Gender::Female } else { Gender::Male };
    let birth = date(1980, 1, 1).checked_add(i32::from(n).days()).ok()?;
    let number = format!("+32 467 00 {:02} {:02}", n / 100, n % 100);
    let (id, family) = (format!("guest-{n}"), format!("Testgast {n}"));
    Some(person(1000 + n, &id, ("Kim", &family), gender, birth, "1234", &number, today))
}

#[expect(clippy::too_many_arguments, reason = "a table's row, called above only")]
fn person(
    index: u16,
    id: &str,
    (given, family): (&str, &str),
    gender: Gender,
    birth_date: Date,
    pin: &str,
    number: &str,
    today: Date,
) -> Customer {
    const PLACES: [(&str, &str, &str); 4] = [
        ("Lindestraat", "1000", "Brussel"),
        ("Molenweg", "9000", "Gent"),
        ("Rue du Pont", "4000", "Liège"),
        ("Kaai", "2000", "Antwerpen"),
    ];
    let place = PLACES.get(usize::from(index) % PLACES.len()).unwrap_or(&("Plein", "1000", "Brussel"));
    Customer {
        id: id.to_owned(),
        given_name: given.to_owned(),
        family_name: family.to_owned(),
        gender,
        birth_date,
        birth_place: place.2,
        street_address: format!("{} {}", place.0, index % 200 + 1),
        postal_code: place.1,
        locality: place.2,
        document_number: document_number(index),
        document_expiry: date(today.year().saturating_add(4), 5, 1),
        document_read: date(today.year().saturating_sub(1), 6, 1),
        card: card_number(index),
        pin: pin.to_owned(),
        number: number.to_owned(),
        bank_number: None,
        note: None,
    }
}

/// The form of a Belgian card number: ten digits, then those mod 97.
fn document_number(index: u16) -> String {
    let ten = 5_990_000_000_u64 + u64::from(index) * 7;
    let check = match ten % 97 {
        0 => 97,
        rest => rest,
    };
    format!("{ten}{check:02}")
}

/// `6703`, zeros, the index, and Luhn's digit: 17 in all, so that cards derive their keys by option B.
fn card_number(index: u16) -> String {
    let digits = format!("670300000000{index:04}");
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Digits in groups of four, as on the card.
pub fn grouped(digits: &str) -> String {
    let groups: Vec<&str> = digits.as_bytes().chunks(4).filter_map(|g| std::str::from_utf8(g).ok()).collect();
    groups.join(" ")
}

fn date(year: i16, month: i8, day: i8) -> Date {
    Date::new(year, month, day).unwrap_or(Date::ZERO)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn age(birth: Date, today: Date) -> i16 {
        let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
        today.year() - birth.year() - i16::from(!had_birthday)
    }

    #[test]
    fn emma_stays_sixteen_and_everybody_else_is_of_age() {
        for today in [date(2026, 11, 22), date(2028, 2, 29), date(2031, 7, 31), date(2040, 1, 1)] {
            for customer in customers(today) {
                let age = age(customer.birth_date, today);
                if customer.id == "emma" {
                    assert_eq!(age, 16, "{today}")
                } else {
                    assert!(age >= 18)
                }
                assert_eq!(customer.document_expiry < today, customer.id == "georges");
            }
        }
    }

    #[test]
    fn numbers_have_the_right_form_and_are_nobody_elses() {
        let today = date(2026, 11, 22);
        let all: Vec<_> = customers(today).into_iter().chain((0..GUESTS).filter_map(|n| guest(n, today))).collect();
        assert_eq!(all.len(), 1007);
        for customer in &all {
            let national = customer.national_number();
            assert_eq!(national.len(), 11);
            let (number, check) = national.split_at(9);
            let century = if customer.birth_date.year() >= 2000 { "2" } else { "" };
            let number: u64 = format!("{century}{number}").parse().unwrap();
            assert_eq!(97 - number % 97, check.parse::<u64>().unwrap());
            assert_eq!(customer.card.len(), 17);
            assert_eq!(customer_of_card(&customer.card, today).unwrap().id, customer.id);
            assert_eq!(super::customer(&customer.id, today).unwrap().card, customer.card);
        }
        let unique = |key: fn(&Customer) -> String| all.iter().map(key).collect::<std::collections::HashSet<_>>().len();
        assert_eq!((unique(Customer::national_number), unique(|c| c.document_number.clone())), (1007, 1007));
        assert_eq!((unique(|c| c.card.clone()), unique(|c| c.number.clone())), (1007, 1007));
        for nobody in ["", "guest-1000", "guest-", "guest--1", "AN", "guest-99999999"] {
            assert!(customer(nobody, today).is_none());
        }
        for nothing in ["", "6703", "é7030000000000013", "6703000000000000X"] {
            assert!(customer_of_card(nothing, today).is_none());
        }
        for card in all.iter().map(|c| &c.card) {
            let (number, check) = card.split_at(16);
            let other = (check.parse::<u8>().unwrap() + 1) % 10;
            assert!(customer_of_card(&format!("{number}{other}"), today).is_none(), "Luhn's digit is checked");
        }
    }
}
