-- Proposed changes of apps, rebuilt from the streams app-<id>.

CREATE TABLE app_edits (
    edit_id      text PRIMARY KEY,
    app_id       text NOT NULL,
    request      text NOT NULL,
    proposed_by  text NOT NULL,
    base_version integer NOT NULL,
    spec         bytea NOT NULL,
    -- RFC 6902, JSON.
    diff         text NOT NULL,
    -- A list of {"kind", "what", "name", "text", "records"}.
    changes      jsonb NOT NULL,
    -- "proposed", "applied" or "discarded".
    state        text NOT NULL,
    revision     text NOT NULL,
    not_done     text NOT NULL,
    created_at   timestamptz NOT NULL
);
CREATE INDEX app_edits_app ON app_edits (app_id, created_at DESC, edit_id);
CREATE INDEX app_edits_proposed_by ON app_edits (proposed_by);
