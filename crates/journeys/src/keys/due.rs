//! What will soon be too old, and what to do about it.

use protocol::oidc::keys::Kind;

/// How long before its end something is told, seconds.
pub const WARN_SECONDS: i64 = 30 * 86_400;

/// Sentences for the operator about keys that end within [`WARN_SECONDS`]; `ends` as of [`super::PlatformKeys::ends`].
pub fn due(ends: &[(Kind, String, i64)], now: i64) -> Vec<String> {
    let soon = ends.iter().filter(|(_, _, end)| is_due(*end, now));
    soon.map(|(kind, name, end)| {
        let (kind, day) = (kind.as_str(), day(*end));
        format!("key {name} ends on {day}: run `zelf keys rotate --kind {kind}` now, and once more tomorrow")
    })
    .collect()
}

/// The same of the certificate in `file`.
pub fn due_certificate(file: &str, end: i64, now: i64) -> Option<String> {
    is_due(end, now).then(|| format!("certificate {file} ends on {}: renew it, then restart `zelf serve`", day(end)))
}

fn is_due(end: i64, now: i64) -> bool {
    now >= end.saturating_sub(WARN_SECONDS)
}

/// `2028-11-21`, UTC.
pub fn day(at: i64) -> String {
    jiff::Timestamp::from_second(at).map_or_else(|_| "?".into(), |at| at.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_thirty_days_before_its_end_with_what_to_run() {
        let end = 1_858_424_700;
        let keys = [(Kind::SigRsa, "op_x".to_owned(), end), (Kind::EncEc, "op_y".to_owned(), end + 86_400)];
        assert_eq!(due(&keys, end - WARN_SECONDS - 1), [""; 0]);
        let told = due(&keys, end - WARN_SECONDS);
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("op_x ends on 2028-11-21") && told[0].contains("zelf keys rotate --kind sig-rsa"));
        assert_eq!(due(&keys, end + 1).len(), 2);
        assert!(due_certificate("server.pem", end, end - WARN_SECONDS).unwrap().contains("server.pem"));
        assert_eq!(due_certificate("server.pem", end, 0), None);
    }
}
