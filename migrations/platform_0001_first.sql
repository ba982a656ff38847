-- Times are unix seconds. `*_hash` are HMACs: who steals the file cannot test numbers. Sealed columns are AES-256-GCM,
-- bound to table and row.
CREATE TABLE account (
    id           TEXT PRIMARY KEY,
    number_hash  BLOB NOT NULL,
    person_hash  BLOB NOT NULL,
    profile      BLOB NOT NULL,             -- sealed domain::account::Profile
    created_at   BIGINT NOT NULL,
    activated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_number ON account (number_hash);
CREATE UNIQUE INDEX account_person ON account (person_hash);

CREATE TABLE device (
    id            TEXT PRIMARY KEY,
    account       TEXT NOT NULL REFERENCES account (id),
    state         TEXT NOT NULL,            -- active, revoked
    point         BLOB NOT NULL,            -- public key, 65 bytes
    certificate   TEXT NOT NULL,            -- M4
    head          TEXT NOT NULL,            -- digest of the last receipt, '' before the first
    last_receipt  TEXT,                     -- M3
    last_answer   TEXT NOT NULL,            -- digest of the M2 that M3 answers
    biometrics    BOOLEAN NOT NULL,
    notifications BOOLEAN NOT NULL,
    sharing       BOOLEAN NOT NULL,
    name          TEXT NOT NULL,
    created_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX device_active ON device (account) WHERE state = 'active';
CREATE INDEX device_account ON device (account);

CREATE TABLE activation (
    id         TEXT PRIMARY KEY,
    device     TEXT NOT NULL,
    stage      TEXT NOT NULL,
    version    BIGINT NOT NULL,             -- changes with every transition: the race decision
    body       BLOB NOT NULL,               -- sealed domain::activation::Activation
    bank_state TEXT,                        -- `state` of the bank request under way
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX activation_device ON activation (device);
CREATE UNIQUE INDEX activation_bank_state ON activation (bank_state);
CREATE INDEX activation_expiry ON activation (expires_at);

CREATE TABLE approval (
    id           TEXT PRIMARY KEY,
    device       TEXT,                      -- null: nobody has this number, or it was flooded
    account      TEXT,
    partner      TEXT NOT NULL,
    number_hash  BLOB NOT NULL,
    lane         TEXT NOT NULL,             -- where the start came from: a place or a known browser
    match_number TEXT NOT NULL,
    state        TEXT NOT NULL,
    request      BLOB NOT NULL,             -- sealed domain::approval::LoginRequest
    evidence     BLOB,                      -- sealed M1, M2, M3
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    decided_at   BIGINT
);
CREATE INDEX approval_number ON approval (number_hash, created_at) WHERE state = 'waiting';
CREATE INDEX approval_device ON approval (device, state);
CREATE INDEX approval_sweep ON approval (expires_at) WHERE state IN ('waiting', 'cancelled');

CREATE TABLE waiting_time (
    key        BLOB PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX waiting_time_expiry ON waiting_time (expires_at);

CREATE TABLE outbox (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,               -- sms, mail
    recipient  BLOB NOT NULL,               -- HMAC of number or address
    body       BLOB NOT NULL,               -- sealed
    tries      BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    sent_at    BIGINT
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL;
CREATE INDEX outbox_recipient ON outbox (recipient, created_at);
CREATE INDEX outbox_created ON outbox (created_at);

CREATE TABLE used_token (
    partner    TEXT NOT NULL,
    jti        TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (partner, jti)
);
CREATE INDEX used_token_expiry ON used_token (expires_at);

CREATE TABLE audit (
    id      TEXT PRIMARY KEY,
    at      BIGINT NOT NULL,
    action  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
);
CREATE INDEX audit_subject ON audit (subject, at);
