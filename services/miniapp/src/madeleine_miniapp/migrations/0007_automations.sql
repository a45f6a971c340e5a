-- What automations have done. Not made from events: it says what was told to Temporal, and which records were looked at.

CREATE TABLE automation_clocks (
    app_id   text NOT NULL,
    name     text NOT NULL,
    owner_id text NOT NULL,
    -- Cron, in this time zone.
    schedule text NOT NULL,
    zone     text NOT NULL,
    PRIMARY KEY (app_id, name)
);
CREATE INDEX automation_clocks_owner ON automation_clocks (owner_id);

-- A row for each record that met an automation's condition when it was looked at last.
CREATE TABLE automation_marks (
    app_id    text NOT NULL,
    name      text NOT NULL,
    record_id text NOT NULL,
    owner_id  text NOT NULL,
    met_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (app_id, record_id, name)
);
CREATE INDEX automation_marks_lately ON automation_marks (app_id, name, met_at);
CREATE INDEX automation_marks_owner ON automation_marks (owner_id);
