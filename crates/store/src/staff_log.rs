//! What people of the helpdesk did, line by line; nothing here changes or removes a line.

use db::{Columns, Tx, args};
use protocol::jose::{b64u, sha256};
use protocol::label;

use crate::StoreError;

/// A line to be written.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    pub at: i64,
    pub staff: &'a str,
    pub action: &'a str,
    /// Account, case or member of staff; empty where there is none.
    pub subject: &'a str,
    pub reason: &'a str,
}

/// A line as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub seq: i64,
    pub at: i64,
    pub staff: String,
    pub action: String,
    pub subject: String,
    pub reason: String,
    pub previous: String,
    pub digest: String,
}

impl Line {
    /// Base64url of SHA-256 over everything in the line, the digest before it included.
    pub fn digest(&self) -> String {
        let (seq, at) = (self.seq.to_be_bytes(), self.at.to_be_bytes());
        let texts = [&self.staff, &self.action, &self.subject, &self.reason, &self.previous];
        // Lengths keep two neighbours from lending each other a letter.
        let mut parts: Vec<Vec<u8>> = vec![seq.to_vec(), at.to_vec()];
        parts.extend(texts.iter().flat_map(|t| [(t.len() as u64).to_be_bytes().to_vec(), t.as_bytes().to_vec()]));
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        b64u(sha256(&label::join("zelf/staff-log/v1", &parts)))
    }
}

/// Writes the next line. The row of the end makes writers wait for one another.
pub fn append(tx: &mut Tx<'_>, entry: Entry<'_>) -> Result<i64, StoreError> {
    let end = tx.row("UPDATE staff_log_end SET seq = seq + 1 WHERE one = 1 RETURNING seq, digest", args![])?;
    let fail = StoreError::Inconsistent { table: "staff_log_end", column: "one", row: "1".into() };
    let mut c = end.ok_or(fail)?.columns();
    let (seq, previous) = (c.int()?, c.text()?);
    let Entry { at, staff, action, subject, reason } = entry;
    let mut line = Line {
        seq,
        at,
        staff: staff.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        reason: reason.to_owned(),
        previous,
        digest: String::new(),
    };
    line.digest = line.digest();
    tx.execute(
        "INSERT INTO staff_log (seq, at, staff, action, subject, reason, previous, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![seq, at, staff, action, subject, reason, &line.previous, &line.digest],
    )?;
    tx.execute("UPDATE staff_log_end SET digest = $1 WHERE one = 1", args![&line.digest])?;
    Ok(seq)
}

fn line(mut c: Columns) -> Result<Line, StoreError> {
    Ok(Line {
        seq: c.int()?,
        at: c.int()?,
        staff: c.text()?,
        action: c.text()?,
        subject: c.text()?,
        reason: c.text()?,
        previous: c.text()?,
        digest: c.text()?,
    })
}

/// Which lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of<'a> {
    All,
    Staff(&'a str),
    Action(&'a str),
    Subject(&'a str),
}

/// Lines before `seq`, newest first.
pub fn page(tx: &mut Tx<'_>, of: Of<'_>, before: i64, limit: i64) -> Result<Vec<Line>, StoreError> {
    let rows = match of {
        Of::All => tx.rows(
            "SELECT seq, at, staff, action, subject, reason, previous, digest FROM staff_log WHERE seq < $1
             ORDER BY seq DESC LIMIT $2",
            args![before, limit],
        ),
        Of::Staff(name) => tx.rows(
            "SELECT seq, at, staff, action, subject, reason, previous, digest FROM staff_log WHERE staff = $3 AND seq < $1
             ORDER BY seq DESC LIMIT $2",
            args![before, limit, name],
        ),
        Of::Action(action) => tx.rows(
            "SELECT seq, at, staff, action, subject, reason, previous, digest FROM staff_log WHERE action = $3 AND seq < $1
             ORDER BY seq DESC LIMIT $2",
            args![before, limit, action],
        ),
        Of::Subject(subject) => tx.rows(
            "SELECT seq, at, staff, action, subject, reason, previous, digest FROM staff_log WHERE subject = $3 AND seq < $1
             ORDER BY seq DESC LIMIT $2",
            args![before, limit, subject],
        ),
    };
    rows?.into_iter().map(|r| line(r.columns())).collect()
}

/// Lines after `seq`, oldest first.
pub fn after(tx: &mut Tx<'_>, seq: i64, limit: i64) -> Result<Vec<Line>, StoreError> {
    let rows = tx.rows(
        "SELECT seq, at, staff, action, subject, reason, previous, digest FROM staff_log WHERE seq > $1 ORDER BY seq LIMIT $2",
        args![seq, limit],
    )?;
    rows.into_iter().map(|r| line(r.columns())).collect()
}

/// Number and digest of the last line, as the writers left it.
pub fn end(tx: &mut Tx<'_>) -> Result<(i64, String), StoreError> {
    let row = tx.row("SELECT seq, digest FROM staff_log_end WHERE one = 1", args![])?;
    row.map_or(Ok((0, String::new())), |r| {
        let mut c = r.columns();
        Ok((c.int()?, c.text()?))
    })
}
