//! Accounts of people who never come, for measurements: copies of one account and its phone under other ids and numbers. Their
//! sealed profile opens for nobody.

use db::{Tx, args};

use crate::StoreError;

/// `$3` to `$4` of `$5`: each has a key of four signs, rising from the first to the last possible, and its number. So they fill
/// the indexes evenly and in order, and whoever has a key made by chance stands among them.
macro_rules! series {
    () => {
        "WITH RECURSIVE series (n) AS (SELECT CAST($3 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n + 1 < $4),
         signs (s) AS (SELECT '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'),
         spread (n, v) AS (SELECT n, n * 16777216 / CAST($5 AS BIGINT) FROM series),
         keys (n, v, key) AS (SELECT n, v, substr(s, CAST(1 + v / 262144 AS INTEGER), 1) || substr(s, CAST(1 + v / 4096 % 64 AS INTEGER), 1)
            || substr(s, CAST(1 + v / 64 % 64 AS INTEGER), 1) || substr(s, CAST(1 + v % 64 AS INTEGER), 1) || CAST(100000000000000000 + n AS TEXT)
            FROM spread CROSS JOIN signs)
         "
    };
}

const ACCOUNTS: [&str; 2] = [
    concat!(
        series!(),
        "/* copies */ INSERT INTO account (id, number_hash, person_hash, profile, created_at, activated_at, block_mac, lang)
         SELECT 'acc_' || k.key, unhex(printf('%06x%026x', k.v, k.n)), unhex(printf('%06x%026x', k.v, k.n)), a.profile, a.created_at,
            a.activated_at, 'acc_' || k.key, a.lang
         FROM keys k JOIN account a ON a.id = $1 AND $2 <> ''"
    ),
    concat!(
        series!(),
        "/* copies */ INSERT INTO account (id, number_hash, person_hash, profile, created_at, activated_at, block_mac, lang)
         SELECT 'acc_' || k.key, decode(lpad(to_hex(k.v), 6, '0') || lpad(to_hex(k.n), 26, '0'), 'hex'),
            decode(lpad(to_hex(k.v), 6, '0') || lpad(to_hex(k.n), 26, '0'), 'hex'), a.profile, a.created_at,
            a.activated_at, 'acc_' || k.key, a.lang
         FROM keys k JOIN account a ON a.id = $1 AND $2 <> ''"
    ),
];

const PHONES: &str = concat!(
    series!(),
    "/* copies */ INSERT INTO device (id, account, state, point, certificate, head, last_receipt, last_answer, biometrics, notifications, sharing, name, created_at)
     SELECT 'dev_' || k.key, 'acc_' || k.key, 'active', d.point, d.certificate, '', NULL, '', d.biometrics, d.notifications, d.sharing,
        d.name, d.created_at
     FROM keys k JOIN device d ON d.id = $2 AND $1 <> ''"
);

/// Copies number `first` up to but not including `last`, of `all`, of `account` with `phone`.
pub fn copies(
    tx: &mut Tx<'_>,
    (account, phone): (&str, &str),
    (first, last, all): (i64, i64, i64),
) -> Result<(), StoreError> {
    let accounts = if tx.is_postgres() { ACCOUNTS[1] } else { ACCOUNTS[0] };
    for text in [accounts, PHONES] {
        // Every text names all five, as one set of arguments.
        Tx::execute(tx, text, args![account, phone, first, last, all])?;
    }
    Ok(())
}
