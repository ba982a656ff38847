-- People of the helpdesk, their keys and what they did (docs/helpdesk.md).
CREATE TABLE staff (
    name          TEXT PRIMARY KEY,
    role          TEXT NOT NULL,            -- agent, lead, auditor, admin
    password      TEXT,                     -- pbkdf2-sha256$rounds$salt$hash; null until an invitation was used
    invitation    TEXT,                     -- MAC of the code; null when none is open
    invited_until BIGINT NOT NULL,
    created_at    BIGINT NOT NULL
);

CREATE TABLE staff_key (
    id         TEXT PRIMARY KEY,            -- WebAuthn credential id, base64url
    staff      TEXT NOT NULL,
    point      BLOB NOT NULL,               -- public key, 65 bytes
    sign_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
);
CREATE INDEX staff_key_staff ON staff_key (staff);

CREATE TABLE staff_session (
    mac        TEXT PRIMARY KEY,            -- MAC of the cookie
    staff      TEXT NOT NULL,
    stage      TEXT NOT NULL,               -- invited, password, inside
    body       BLOB NOT NULL,               -- sealed journeys::helpdesk session
    seen_at    BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,             -- eight hours after it began, whatever happens
    expires_at BIGINT NOT NULL              -- half an hour after it was seen
);
CREATE INDEX staff_session_staff ON staff_session (staff);
CREATE INDEX staff_session_expiry ON staff_session (expires_at);

-- Attempts to get in, counted before they are looked at.
CREATE TABLE staff_try (
    key        BLOB PRIMARY KEY,            -- MAC of a name or a network
    tries      BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX staff_try_expiry ON staff_try (expires_at);

-- Every look and act, in a row: each line holds the digest of the one before. Nothing changes or removes a line.
CREATE TABLE staff_log (
    seq     BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    staff   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,                  -- account, case or member of staff; '' where there is none
    reason  TEXT NOT NULL,
    previous TEXT NOT NULL,                 -- digest of the line before, '' for the first
    digest  TEXT NOT NULL
);
CREATE INDEX staff_log_staff ON staff_log (staff, seq);
CREATE INDEX staff_log_action ON staff_log (action, seq);
CREATE INDEX staff_log_subject ON staff_log (subject, seq);

-- Where the next line goes: one row, so that two writers come one after the other.
CREATE TABLE staff_log_end (
    one    BIGINT PRIMARY KEY,
    seq    BIGINT NOT NULL,
    digest TEXT NOT NULL
);
INSERT INTO staff_log_end (one, seq, digest) VALUES (1, 0, '');

-- What people wrote to the helpdesk; the case has the same reference.
CREATE TABLE contact (
    reference  TEXT PRIMARY KEY,
    body       BLOB NOT NULL,               -- sealed domain::contact::Contact
    expires_at BIGINT NOT NULL
);
CREATE INDEX contact_expiry ON contact (expires_at);

CREATE TABLE help_case (
    reference  TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,               -- topic of the contact, or release
    state      TEXT NOT NULL,               -- open, proposed, doing, done, closed
    call_back  TEXT NOT NULL,               -- no, morning, afternoon, evening
    account    TEXT,                        -- once somebody found it
    proposal   BLOB,                        -- sealed journeys::helpdesk proposal
    proposed_by TEXT,
    decided_by TEXT,
    due_at     BIGINT NOT NULL,
    settled_at BIGINT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX help_case_open ON help_case (due_at, reference) WHERE state IN ('open', 'proposed', 'doing');
CREATE INDEX help_case_account ON help_case (account);
CREATE INDEX help_case_expiry ON help_case (expires_at);
