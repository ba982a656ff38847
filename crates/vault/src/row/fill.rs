//! Phones that never come, for measurements: copies of one row under other names. Their verifier opens for nobody.

use db::{DbError, Tx, args};

const COPIES: [&str; 2] = [
    "WITH RECURSIVE series (n) AS (SELECT CAST($2 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n + 1 < $3)
     INSERT INTO pin_state (device, state, generation, verifier, seq, tries, day, day_fails, month, month_fails, not_before, last_answer, certificate, created_at)
     SELECT 'dev_' || printf('%08x%014d', (n * 2654435761) & 4294967295, n), 'active', 1, p.verifier, 0, 0, 0, 0, 0, 0, 0, '', p.certificate, p.created_at
     FROM series JOIN pin_state p ON p.device = $1",
    "WITH RECURSIVE series (n) AS (SELECT CAST($2 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n + 1 < $3)
     INSERT INTO pin_state (device, state, generation, verifier, seq, tries, day, day_fails, month, month_fails, not_before, last_answer, certificate, created_at)
     SELECT 'dev_' || lpad(to_hex((n * 2654435761) & 4294967295), 8, '0') || lpad(CAST(n AS TEXT), 14, '0'), 'active', 1, p.verifier, 0, 0, 0, 0, 0, 0, 0, '', p.certificate, p.created_at
     FROM series JOIN pin_state p ON p.device = $1",
];

/// Copies number `first` up to but not including `last`.
pub(crate) fn copies(tx: &mut Tx<'_>, device: &str, first: i64, last: i64) -> Result<(), DbError> {
    let text = if tx.is_postgres() { COPIES[1] } else { COPIES[0] };
    Tx::execute(tx, text, args![device, first, last]).map(drop)
}
