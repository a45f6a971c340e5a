-- Memories that may no longer be so since a newer one: left out of what is recalled where that one answers as well.
CREATE TABLE memory_doubt (
    memory_id   uuid NOT NULL REFERENCES memory ON DELETE CASCADE,
    doubted_by  uuid NOT NULL REFERENCES memory ON DELETE CASCADE,
    space       text NOT NULL,
    probability float8 NOT NULL,
    PRIMARY KEY (memory_id, doubted_by)
);
CREATE INDEX memory_doubt_by ON memory_doubt (doubted_by);
ALTER TABLE memory_doubt ENABLE ROW LEVEL SECURITY;
ALTER TABLE memory_doubt FORCE ROW LEVEL SECURITY;
CREATE POLICY audience ON memory_doubt USING (
    (SELECT current_setting('madeleine.spaces', true)) = '*'
    OR space = ANY ((SELECT string_to_array(current_setting('madeleine.spaces', true), ','))::text[])
);
