-- Templates that were not withdrawn, rebuilt from the streams template-<code>.

CREATE TABLE templates (
    code       text PRIMARY KEY,
    app_id     text NOT NULL,
    spec       bytea NOT NULL,
    made_by    text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX templates_made_by ON templates (made_by);
