-- The Yjs document of each app: what people edit together, and what the events of records-<id> are made from.

CREATE TABLE app_documents (
    app_id       text PRIMARY KEY,
    -- Counts the documents that an app has had: a client with one of another epoch throws it away.
    epoch        integer NOT NULL,
    -- Of the last update.
    seq          bigint NOT NULL,
    -- Version of the stream records-<id> that the document stands for.
    version      bigint NOT NULL,
    spec_version integer NOT NULL,
    -- The updates up to snapshot_seq as one; NULL: to be made anew from the read model.
    snapshot     bytea,
    snapshot_seq bigint NOT NULL,
    updated_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE app_updates (
    app_id text NOT NULL,
    seq    bigint NOT NULL,
    -- Who wrote it: "person:<id>" or "service:<name>".
    actor  text NOT NULL,
    -- As accepted, with what the server wrote to undo the rest.
    update bytea NOT NULL,
    PRIMARY KEY (app_id, seq)
);
CREATE INDEX app_updates_actor ON app_updates (actor);

-- Clients choose the ids of their records: one app's must not collide with another's.
ALTER TABLE records DROP CONSTRAINT records_pkey;
ALTER TABLE records ADD PRIMARY KEY (app_id, record_id);
CREATE INDEX records_id ON records (record_id);

-- Apps whose making can no longer be read, since their owner was erased: their records are not shown again.
CREATE TABLE apps_gone (
    app_id text PRIMARY KEY
);
