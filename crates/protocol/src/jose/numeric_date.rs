//! Times in other people's tokens.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A NumericDate (RFC 7519 §2) in whole seconds: fractions are allowed there and of no use here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NumericDate(pub i64);

impl NumericDate {
    /// `None` for what is no number, or one that no clock will ever show.
    pub fn of(value: &Value) -> Option<NumericDate> {
        /// Beyond it a double no longer counts seconds one by one.
        const FAR: f64 = 9_007_199_254_740_992.0;
        let whole = || value.as_f64().filter(|seconds| seconds.abs() < FAR).map(|seconds| seconds.floor() as i64);
        value.as_i64().or_else(whole).map(NumericDate)
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        NumericDate::of(&Value::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("not a NumericDate"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fractions_are_left_out_and_nothing_else_is_a_time() {
        for (value, seconds) in
            [(json!(7), 7), (json!(7.0), 7), (json!(7.999), 7), (json!(-0.5), -1), (json!(1.795e9), 1_795_000_000)]
        {
            assert_eq!(NumericDate::of(&value), Some(NumericDate(seconds)), "{value}");
        }
        for value in [json!("7"), json!(null), json!([7]), json!(true), json!({}), json!(1e300), json!(u64::MAX)] {
            assert_eq!(NumericDate::of(&value), None, "{value}");
        }
    }
}
