-- A browser may use a login again (prompt=none) until the person or the service ended that.
ALTER TABLE approval ADD COLUMN session_ended BOOLEAN NOT NULL DEFAULT FALSE;

-- What a session answered goes once nothing that was given for it is worth anything.
CREATE INDEX approval_silent ON approval (created_at) WHERE start = 'silent';
