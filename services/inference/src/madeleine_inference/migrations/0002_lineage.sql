-- What a revision was made from: the serialized madeleine.inference.v1.DataLineage; empty where its event tells nothing.
ALTER TABLE revisions ADD COLUMN lineage bytea NOT NULL DEFAULT '';
