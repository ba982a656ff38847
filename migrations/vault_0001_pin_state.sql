-- One row per device: the only place where wrong codes are counted. Times are unix seconds; `day` and `month` are the
-- windows (days since 1970, and those days divided by 30) that `day_fails` and `month_fails` belong to.
CREATE TABLE pin_state (
    device      TEXT PRIMARY KEY,
    state       TEXT NOT NULL,
    generation  BIGINT NOT NULL,
    verifier    BLOB NOT NULL,
    seq         BIGINT NOT NULL,
    tries       BIGINT NOT NULL,
    day         BIGINT NOT NULL,
    day_fails   BIGINT NOT NULL,
    month       BIGINT NOT NULL,
    month_fails BIGINT NOT NULL,
    not_before  BIGINT NOT NULL,
    last_answer TEXT NOT NULL,
    certificate TEXT NOT NULL,
    created_at  BIGINT NOT NULL
);
