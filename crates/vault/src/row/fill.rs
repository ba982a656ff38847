//! Phones that never come, for measurements: copies of one row under other names. Their verifier opens for nobody.

use db::{DbError, Tx, args};

/// Keys as those of the platform's copies.
const COPIES: &str =
    "WITH RECURSIVE series (n) AS (SELECT CAST($2 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n + 1 < $3),
     signs (s) AS (SELECT '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'),
     spread (n, v) AS (SELECT n, n * 16777216 / CAST($4 AS BIGINT) FROM series),
     keys (key) AS (SELECT substr(s, CAST(1 + v / 262144 AS INTEGER), 1) || substr(s, CAST(1 + v / 4096 % 64 AS INTEGER), 1)
        || substr(s, CAST(1 + v / 64 % 64 AS INTEGER), 1) || substr(s, CAST(1 + v % 64 AS INTEGER), 1) || CAST(100000000000000000 + n AS TEXT)
        FROM spread CROSS JOIN signs)
     INSERT INTO pin_state (device, state, generation, verifier, seq, tries, day, day_fails, month, month_fails, not_before, last_answer, certificate, created_at)
     SELECT 'dev_' || k.key, 'active', 1, p.verifier, 0, 0, 0, 0, 0, 0, 0, '', p.certificate, p.created_at
     FROM keys k JOIN pin_state p ON p.device = $1";

/// Copies number `first` up to but not including `last`, of `all`.
pub(crate) fn copies(tx: &mut Tx<'_>, device: &str, (first, last, all): (i64, i64, i64)) -> Result<(), DbError> {
    Tx::execute(tx, COPIES, args![device, first, last, all]).map(drop)
}
