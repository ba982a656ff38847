-- What becomes of an account: open, blocked (by whom, when), held by the helpdesk, closed (docs/life.md §1).
ALTER TABLE account ADD COLUMN state TEXT NOT NULL DEFAULT 'open';
ALTER TABLE account ADD COLUMN state_by TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN state_at BIGINT NOT NULL DEFAULT 0;
-- MAC of the document a stopped comeback was made with: it does not open this account again.
ALTER TABLE account ADD COLUMN distrusted TEXT;
-- How the block code finds its account; null where there is none.
ALTER TABLE account ADD COLUMN block_mac TEXT;
ALTER TABLE account ADD COLUMN recovered_by TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN lang TEXT NOT NULL DEFAULT 'nl';
-- Somebody else proved the number: this account has none until its holder gives another.
ALTER TABLE account ADD COLUMN number_lost BOOLEAN NOT NULL DEFAULT FALSE;
-- When a closed account is erased.
ALTER TABLE account ADD COLUMN erase_at BIGINT;
CREATE UNIQUE INDEX account_block_mac ON account (block_mac);
CREATE INDEX account_erase ON account (erase_at) WHERE erase_at IS NOT NULL;

-- Why and when a phone ended; '' for rows of before: replaced by another.
ALTER TABLE device ADD COLUMN ended_why TEXT NOT NULL DEFAULT '';
ALTER TABLE device ADD COLUMN ended_at BIGINT NOT NULL DEFAULT 0;
-- Until then its person may be talked into something on the phone.
ALTER TABLE device ADD COLUMN careful_until BIGINT NOT NULL DEFAULT 0;

-- Requests are kept as history, so what waits is found without them.
DROP INDEX approval_device;
CREATE INDEX approval_device ON approval (device, state, expires_at);
CREATE INDEX approval_account ON approval (account, created_at);
CREATE INDEX approval_nobody ON approval (expires_at) WHERE account IS NULL AND state IN ('waiting', 'cancelled');

-- Codes that stop what was told to a person's earlier contacts.
CREATE TABLE stop (
    mac        TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    what       TEXT NOT NULL,               -- new_phone, number, email
    document   TEXT NOT NULL,               -- MAC of the document behind it, '' where there was none
    expires_at BIGINT NOT NULL
);
CREATE INDEX stop_account ON stop (account);
CREATE INDEX stop_expiry ON stop (expires_at);

-- Every message to a citizen: that it left and what it was, never its words.
CREATE TABLE told (
    id        TEXT PRIMARY KEY,
    recipient BLOB NOT NULL,                -- HMAC of number or address
    account   TEXT,
    kind      TEXT NOT NULL,                -- sms, mail
    what      TEXT NOT NULL,
    at        BIGINT NOT NULL
);
CREATE INDEX told_recipient ON told (recipient, at);
CREATE INDEX told_account ON told (account, at);
CREATE INDEX told_at ON told (at);

-- What a person shared with a service.
CREATE TABLE consent (
    account      TEXT NOT NULL,
    partner      TEXT NOT NULL,
    claims       TEXT NOT NULL,             -- names, space between
    first_at     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    times        BIGINT NOT NULL,
    withdrawn_at BIGINT,
    PRIMARY KEY (account, partner)
);

-- Requests that a person wants no more of: a service's, from one network or browser.
CREATE TABLE mute (
    account    TEXT NOT NULL,
    partner    TEXT NOT NULL,
    lane       TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (account, partner, lane)
);
CREATE INDEX mute_expiry ON mute (expires_at);

-- A new number that is being proven.
CREATE TABLE number_change (
    device     TEXT PRIMARY KEY,
    body       BLOB NOT NULL,               -- sealed domain::number_change::Proving
    version    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX number_change_expiry ON number_change (expires_at);

-- A number that another person proved: its holder is asked.
CREATE TABLE number_claim (
    number_hash BLOB PRIMARY KEY,
    holder      TEXT NOT NULL,
    claimant    BLOB NOT NULL,              -- HMAC of the person
    asked       TEXT NOT NULL,              -- the question, '' when there was nobody to ask
    free_at     BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX number_claim_holder ON number_claim (holder);
CREATE INDEX number_claim_expiry ON number_claim (expires_at);
