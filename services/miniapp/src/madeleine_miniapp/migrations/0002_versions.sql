-- Versions of apps, roles in them, and how records follow changes of their app's spec.

CREATE TABLE app_versions (
    app_id           text NOT NULL,
    version          integer NOT NULL,
    spec             bytea NOT NULL,
    -- An AppSpecChanged that holds only the migrations from the version before.
    migrations       bytea NOT NULL,
    diff             text NOT NULL,
    request          text NOT NULL,
    changed_by       text NOT NULL,
    changed_at       timestamptz NOT NULL,
    revision         text NOT NULL,
    restored_version integer NOT NULL,
    -- Id of the proposed change that was made; empty: none.
    edit_id          text NOT NULL,
    PRIMARY KEY (app_id, version)
);

CREATE TABLE app_roles (
    app_id    text NOT NULL,
    person_id text NOT NULL,
    -- "editor" or "viewer".
    role      text NOT NULL,
    PRIMARY KEY (app_id, person_id)
);

-- The version that the row obeys, and the one that its last event obeyed.
ALTER TABLE records ADD COLUMN spec_version integer NOT NULL DEFAULT 1;
ALTER TABLE records ADD COLUMN written_version integer NOT NULL DEFAULT 1;
-- What changes of the spec have taken from the record, to be given back when they are undone. An empty entity: the
-- record's entity is removed.
ALTER TABLE records ADD COLUMN archive jsonb NOT NULL DEFAULT '{}';
-- The record (entity, values, archive) as its last event left it, where changes of the spec have made something else of
-- it since: a later event of an older version starts from there. NULL: it is as it was written.
ALTER TABLE records ADD COLUMN written jsonb;
CREATE INDEX records_version ON records (app_id, spec_version);
