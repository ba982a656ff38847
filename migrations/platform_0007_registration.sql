-- The metadata with which a partner registered itself, JSON, as it reads it again (RFC 7592); '' for others.
ALTER TABLE partner ADD COLUMN asked TEXT NOT NULL DEFAULT '';
