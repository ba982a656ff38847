//! Answers of a chip, each behind its length byte.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| eid_card::scripted::play(bytes));
