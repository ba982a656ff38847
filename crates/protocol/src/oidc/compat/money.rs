//! Account numbers (ISO 13616) and currencies (ISO 4217).

/// Lengths of the account numbers of countries in the SEPA and their neighbours; of others only the check digits are judged.
const LENGTHS: &str = "AD24 AT20 BA20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GI23 GR27 HR21 HU28 IE22 IS26 \
    IT27 LI21 LT20 LU20 LV21 MC27 ME22 MK19 MT31 NL18 NO15 PL28 PT25 RO24 RS22 SE24 SI19 SK24 SM27 TR26 UA29 VA22 XK20";

/// Alphabetic codes in use for payments.
const CURRENCIES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF \
    CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG \
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD \
    MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF \
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS \
    VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

const WITHOUT_FRACTION: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const WITH_THOUSANDTHS: &str = "BHD IQD JOD KWD LYD OMR TND";

/// True for the alphabetic code of a currency, in capitals.
pub fn known_currency(code: &str) -> bool {
    listed(CURRENCIES, code)
}

/// How many digits of an amount in minor units stand behind the comma.
pub fn fraction_digits(currency: &str) -> u32 {
    if listed(WITHOUT_FRACTION, currency) {
        0
    } else if listed(WITH_THOUSANDTHS, currency) {
        3
    } else {
        2
    }
}

fn listed(list: &str, code: &str) -> bool {
    list.split_whitespace().any(|known| known == code)
}

/// The account number without spaces, in capitals; `None` when it does not hold (ISO 7064, MOD 97-10).
pub fn iban(text: &str) -> Option<String> {
    let number: String = text.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_uppercase()).collect();
    let (country, rest) = number.split_at_checked(2)?;
    let (check, account) = rest.split_at_checked(2)?;
    let shaped = country.bytes().all(|b| b.is_ascii_uppercase())
        && check.bytes().all(|b| b.is_ascii_digit())
        && account.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && fits(country, number.len());
    let turned = account.bytes().chain(number.bytes().take(4));
    (shaped && mod_97(turned) == Some(1)).then_some(number)
}

fn fits(country: &str, length: usize) -> bool {
    let of_country = LENGTHS.split_whitespace().find_map(|entry| entry.strip_prefix(country));
    match of_country.and_then(|digits| digits.parse::<usize>().ok()) {
        Some(wanted) => length == wanted,
        None => (15..=34).contains(&length),
    }
}

fn mod_97(characters: impl Iterator<Item = u8>) -> Option<u32> {
    characters.into_iter().try_fold(0, |rest: u32, c| {
        let value = char::from(c).to_digit(36)?;
        Some(if value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 })
    })
}
