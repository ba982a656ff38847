//! Countries with their calling code, named in four languages (CLDR), sorted as each language sorts.
//! `countries.json` is written by `scripts/countries.mjs`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;
use words::Lang;

/// Where most numbers come from: these stand first in the list.
pub const FAVOURITES: [&str; 3] = ["BE", "LU", "NL"];

/// A country as the list shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2, upper case.
    pub iso: &'static str,
    /// Digits after the plus, e.g. `32`; with the area code where a country of +1 has one of its own (`1264`).
    pub calling_code: &'static str,
    pub name: &'static str,
}

/// Every country, alphabetical in `lang`, favourites included in their place.
pub fn all(lang: Lang) -> Vec<Country> {
    TABLE.get(&lang).cloned().unwrap_or_default()
}

/// The favourites in their own order.
pub fn favourites(lang: Lang) -> Vec<Country> {
    let all = TABLE.get(&lang).map_or(&[][..], Vec::as_slice);
    FAVOURITES.iter().filter_map(|iso| all.iter().find(|country| country.iso == *iso).copied()).collect()
}

static SOURCE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("countries.json")).unwrap_or_default());

static TABLE: LazyLock<HashMap<Lang, Vec<Country>>> =
    LazyLock::new(|| Lang::ALL.into_iter().map(|lang| (lang, read(lang))).collect());

fn read(lang: Lang) -> Vec<Country> {
    let pairs = SOURCE.get(lang.code()).and_then(Value::as_array);
    pairs.into_iter().flatten().filter_map(country).collect()
}

fn country(pair: &'static Value) -> Option<Country> {
    let iso = pair.get(0)?.as_str()?;
    let calling_code = SOURCE.get("codes")?.get(iso)?.as_str()?;
    Some(Country { iso, calling_code, name: pair.get(1)?.as_str()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_lists_the_same_countries_in_its_own_order() {
        let count = all(Lang::Nl).len();
        assert!(count > 230);
        for lang in Lang::ALL {
            assert_eq!(all(lang).len(), count);
        }
        let first = |lang| all(lang).first().map(|country| country.name);
        assert_eq!(first(Lang::Nl), Some("Afghanistan"));
        assert_eq!(first(Lang::De), Some("Afghanistan"));
        assert!(all(Lang::Fr).iter().any(|c| c.iso == "DE" && c.name == "Allemagne" && c.calling_code == "49"));
    }

    #[test]
    fn the_favourites_are_belgium_luxembourg_and_the_netherlands() {
        let codes: Vec<_> = favourites(Lang::Nl).iter().map(|c| (c.name, c.calling_code)).collect();
        assert_eq!(codes, [("België", "32"), ("Luxemburg", "352"), ("Nederland", "31")]);
    }
}
