//! Accounts of people who never come, for measurements: copies of one account and its phone under other ids and numbers. Their
//! sealed profile opens for nobody.

use db::{Tx, args};

use crate::StoreError;

/// Ids and numbers lie scattered over their indexes, as those of people do. The series is read from end to end on purpose.
const ACCOUNTS: [&str; 2] = [
    "WITH RECURSIVE series (n) AS (SELECT CAST($3 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n + 1 < $4)
     INSERT INTO account (id, number_hash, person_hash, profile, created_at, activated_at, block_mac, lang)
     SELECT 'acc_' || printf('%08x%014d', (n * 2654435761) & 4294967295, n), randomblob(32), randomblob(32), a.profile,
            a.created_at, a.activated_at, 'acc_' || printf('%08x%014d', (n * 2654435761) & 4294967295, n), a.lang
     FROM series JOIN account a ON a.id = $1 AND $2 <> ''",
    "WITH RECURSIVE series (n) AS (SELECT CAST($3 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n + 1 < $4)
     INSERT INTO account (id, number_hash, person_hash, profile, created_at, activated_at, block_mac, lang)
     SELECT 'acc_' || lpad(to_hex((n * 2654435761) & 4294967295), 8, '0') || lpad(CAST(n AS TEXT), 14, '0'),
            sha256(CAST('n' || n AS BYTEA)), sha256(CAST('p' || n AS BYTEA)), a.profile, a.created_at, a.activated_at,
            'acc_' || lpad(to_hex((n * 2654435761) & 4294967295), 8, '0') || lpad(CAST(n AS TEXT), 14, '0'), a.lang
     FROM series JOIN account a ON a.id = $1 AND $2 <> ''",
];

const PHONES: [&str; 2] = [
    "WITH RECURSIVE series (n) AS (SELECT CAST($3 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n + 1 < $4)
     INSERT INTO device (id, account, state, point, certificate, head, last_receipt, last_answer, biometrics, notifications, sharing, name, created_at)
     SELECT 'dev_' || printf('%08x%014d', (n * 2654435761) & 4294967295, n), 'acc_' || printf('%08x%014d', (n * 2654435761) & 4294967295, n),
            'active', d.point, d.certificate, '', NULL, '', d.biometrics, d.notifications, d.sharing, d.name, d.created_at
     FROM series JOIN device d ON d.id = $2 AND $1 <> ''",
    "WITH RECURSIVE series (n) AS (SELECT CAST($3 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n + 1 < $4)
     INSERT INTO device (id, account, state, point, certificate, head, last_receipt, last_answer, biometrics, notifications, sharing, name, created_at)
     SELECT 'dev_' || lpad(to_hex((n * 2654435761) & 4294967295), 8, '0') || lpad(CAST(n AS TEXT), 14, '0'),
            'acc_' || lpad(to_hex((n * 2654435761) & 4294967295), 8, '0') || lpad(CAST(n AS TEXT), 14, '0'),
            'active', d.point, d.certificate, '', NULL, '', d.biometrics, d.notifications, d.sharing, d.name, d.created_at
     FROM series JOIN device d ON d.id = $2 AND $1 <> ''",
];

/// Copies number `first` up to but not including `last`, of `account` with `phone`.
pub fn copies(tx: &mut Tx<'_>, account: &str, phone: &str, first: i64, last: i64) -> Result<(), StoreError> {
    let dialect = usize::from(tx.is_postgres());
    for text in [ACCOUNTS, PHONES] {
        // Both texts name all four, as one set of arguments.
        if let Some(text) = text.get(dialect) {
            Tx::execute(tx, text, args![account, phone, first, last])?;
        }
    }
    Ok(())
}
