-- The answer after which the code was changed, by its `seq`: its receipt tells the generation before. -1: never.
ALTER TABLE pin_state ADD COLUMN promoted_seq BIGINT NOT NULL DEFAULT -1;

-- A new code that the old one has not approved yet: never counts for an answer. `verifier` is wrapped for device and change.
CREATE TABLE staged_code (
    device   TEXT PRIMARY KEY,
    change   TEXT NOT NULL,
    verifier BLOB NOT NULL
);

-- Fingerprint or face of a device: `sealed` holds key, relying party and origin, wrapped for device and credential, so that
-- whoever can write rows cannot bring a key. `last_answer` is the last M2 it proved.
CREATE TABLE bio (
    device      TEXT PRIMARY KEY,
    credential  TEXT NOT NULL,
    sealed      BLOB NOT NULL,
    sign_count  BIGINT NOT NULL,
    last_answer TEXT NOT NULL
);
