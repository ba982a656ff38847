//! Files of an identity card.
#![no_main]

use eid_card::{Address, BirthDate, Day, Identity, address, der};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Identity::parse(bytes);
    let _ = Address::parse(bytes);
    let _ = (address::signed_part(bytes), der::element(bytes));
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = (Day::parse(text), BirthDate::parse(text).map(BirthDate::latest));
    }
});
