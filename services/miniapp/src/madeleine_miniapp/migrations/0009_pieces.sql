-- Large documents are stored in pieces: merged updates stay in app_updates, for the snapshot would be written again whole.

ALTER TABLE app_documents
    -- Weight when it was last encoded as a whole: it is again when it has doubled.
    ADD COLUMN whole_bytes integer NOT NULL DEFAULT 0;

ALTER TABLE app_updates
    -- Of a merged update: all who wrote something of it; `actor` is the service then.
    ADD COLUMN actors text[] NOT NULL DEFAULT '{}';
CREATE INDEX app_updates_actors ON app_updates USING gin (actors) WHERE actors <> '{}';
