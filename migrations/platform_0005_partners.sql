-- How a request found its phone: number, qr, link, ciba, silent. How the person answered: pin, bio, '' while nobody did.
ALTER TABLE approval ADD COLUMN start TEXT NOT NULL DEFAULT 'number';
ALTER TABLE approval ADD COLUMN uv TEXT NOT NULL DEFAULT '';

-- The person lets services find them by phone number.
ALTER TABLE account ADD COLUMN by_number BOOLEAN NOT NULL DEFAULT TRUE;

-- Requests that partners pushed (RFC 9126), and those too large for a form field.
CREATE TABLE pushed_request (
    id         TEXT PRIMARY KEY,
    partner    TEXT NOT NULL,
    body       BLOB NOT NULL,               -- sealed AuthorizationRequest
    used       BOOLEAN NOT NULL,            -- a pushed request opens one login
    expires_at BIGINT NOT NULL
);
CREATE INDEX pushed_request_expiry ON pushed_request (expires_at);

-- One row for each chain of refresh tokens; the generation that may come next stands in it.
CREATE TABLE refresh_token (
    id         TEXT PRIMARY KEY,
    approval   TEXT NOT NULL,
    partner    TEXT NOT NULL,
    account    TEXT NOT NULL,
    generation BIGINT NOT NULL,
    repeated   BIGINT NOT NULL DEFAULT -1,  -- the last generation whose answer was given a second time
    bound      TEXT NOT NULL,               -- thumbprint of the key or certificate, '' for none
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    ended_at   BIGINT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX refresh_token_approval ON refresh_token (approval);
CREATE INDEX refresh_token_account ON refresh_token (account, partner);
CREATE INDEX refresh_token_expiry ON refresh_token (expires_at);

-- Partners registered by command or by themselves; those of zelf.toml are not here.
CREATE TABLE partner (
    id         TEXT PRIMARY KEY,
    origin     TEXT NOT NULL,               -- command, dynamic
    body       TEXT NOT NULL,               -- JSON of protocol::oidc::partner::Partner
    secret     BLOB,                        -- sealed client secret, where one is needed in the clear
    token_mac  TEXT NOT NULL,               -- of the registration access token (RFC 7592), '' for none
    changed_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);
CREATE INDEX partner_version ON partner (version);

-- What partners must be told: a ping (CIBA), a logout.
CREATE TABLE partner_call (
    id         TEXT PRIMARY KEY,
    partner    TEXT NOT NULL,
    kind       TEXT NOT NULL,               -- ping, logout
    body       BLOB NOT NULL,               -- sealed: address, media type, bearer, content
    tries      BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX partner_call_due ON partner_call (due_at);
CREATE INDEX partner_call_expiry ON partner_call (expires_at);

-- A partner wants to know whose phone scans its code (reference §21).
CREATE TABLE discovery_session (
    id         TEXT PRIMARY KEY,
    partner    TEXT NOT NULL,
    account    TEXT,                        -- who scanned, null until then
    used       BOOLEAN NOT NULL,            -- its token started a request
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX discovery_session_expiry ON discovery_session (expires_at);

-- Who the partner says the person is: it may name them when it begins a request itself.
ALTER TABLE consent ADD COLUMN subject TEXT NOT NULL DEFAULT '';
CREATE INDEX consent_subject ON consent (partner, subject) WHERE subject <> '';

-- A phone is asked about what waits for it and nothing else.
DROP INDEX approval_device;
CREATE INDEX approval_device ON approval (device, expires_at) WHERE state = 'waiting';

-- Whoever starts and stops again has rung the phone all the same.
DROP INDEX approval_number;
CREATE INDEX approval_number ON approval (number_hash, created_at) WHERE state IN ('waiting', 'cancelled');
