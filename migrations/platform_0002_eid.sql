-- A person at a computer with an identity card. The MACs find a row by what a program or browser brings; each is null when
-- nothing of the kind is live.
CREATE TABLE enrolment (
    id TEXT PRIMARY KEY,
    stage TEXT NOT NULL,
    version BIGINT NOT NULL,
    body BLOB NOT NULL,
    number_hash BLOB NOT NULL,
    session_mac TEXT,
    code_mac TEXT,
    ticket_mac TEXT,
    return_mac TEXT,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX enrolment_session ON enrolment (session_mac);
CREATE UNIQUE INDEX enrolment_code ON enrolment (code_mac);
CREATE UNIQUE INDEX enrolment_ticket ON enrolment (ticket_mac);
CREATE UNIQUE INDEX enrolment_return ON enrolment (return_mac);
CREATE INDEX enrolment_number ON enrolment (number_hash);
CREATE INDEX enrolment_expires ON enrolment (expires_at);

-- Address and photo of a card, until the person has said whether to keep them; kept_until 0 means kept.
CREATE TABLE card_data (
    account TEXT PRIMARY KEY,
    body BLOB NOT NULL,
    kept_until BIGINT NOT NULL
);
CREATE INDEX card_data_kept ON card_data (kept_until);

-- Until when an account that came back without its old phone's consent may only log in.
ALTER TABLE account ADD COLUMN limited_until BIGINT NOT NULL DEFAULT 0;

-- approval.request holds a sealed domain::approval::Asked from here on: a login as before, or the question to an old phone.
