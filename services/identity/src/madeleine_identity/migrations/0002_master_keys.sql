-- Which master key wraps what: so that another can take over, row by row, while everybody goes on.

-- '': wrapped before ids were kept; every known key is tried, and the next rotation writes it down.
ALTER TABLE data_keys ADD COLUMN master_id text NOT NULL DEFAULT '';
ALTER TABLE signing_keys ADD COLUMN master_id text NOT NULL DEFAULT '';

-- The key that wraps what is new. Whoever wraps reads it FOR SHARE in the same transaction, and a rotation updates it:
-- from that commit on no row can appear under an older key.
CREATE TABLE current_master (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    master_id text NOT NULL,
    since     timestamptz NOT NULL DEFAULT clock_timestamp()
);
