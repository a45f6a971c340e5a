-- Read models of the adapter table, rebuilt from the streams revision-* and alias-*.

CREATE TABLE revisions (
    revision          text PRIMARY KEY,
    name              text NOT NULL,
    base_model_sha256 text NOT NULL,
    rank              integer NOT NULL,
    parent            text NOT NULL,
    training_run_id   text NOT NULL,
    published_at      timestamptz NOT NULL,
    pinned            boolean NOT NULL DEFAULT false
);
CREATE INDEX revisions_newest ON revisions (published_at DESC, revision DESC);

CREATE TABLE aliases (
    alias      text PRIMARY KEY,
    version    bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    -- The serialized madeleine.inference.v1.Alias: read whole, never searched in.
    message    bytea NOT NULL,
    -- What it points at or may be rolled back to.
    revisions  text[] NOT NULL
);
CREATE INDEX aliases_revisions ON aliases USING gin (revisions);
