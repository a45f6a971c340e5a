-- Read models of apps and their records, rebuilt from the streams app-<id>.

CREATE TABLE apps (
    app_id          text PRIMARY KEY,
    owner_id        text NOT NULL,
    -- Empty: private to its owner.
    conversation_id text NOT NULL,
    spec            bytea NOT NULL,
    version         integer NOT NULL,
    prompt          text NOT NULL,
    blueprint       text NOT NULL,
    repairs         integer NOT NULL,
    revision        text NOT NULL,
    created_at      timestamptz NOT NULL
);
CREATE INDEX apps_owner ON apps (owner_id, created_at DESC, app_id);
CREATE INDEX apps_conversation ON apps (conversation_id, created_at DESC, app_id) WHERE conversation_id <> '';

CREATE TABLE records (
    record_id  text PRIMARY KEY,
    app_id     text NOT NULL,
    entity     text NOT NULL,
    -- Values by field name, already coerced by type: numbers as numbers, times with their offset.
    data       jsonb NOT NULL,
    entered_by text NOT NULL,
    entered_at timestamptz NOT NULL,
    -- Who wrote the present values: they go when either person is erased.
    changed_by text NOT NULL
);
CREATE INDEX records_app ON records (app_id, entity, entered_at DESC, record_id);
CREATE INDEX records_entered_by ON records (entered_by);
CREATE INDEX records_changed_by ON records (changed_by);
