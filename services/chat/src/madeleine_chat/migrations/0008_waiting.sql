-- Answers that wait for the model: since when, on which message, and what members are told.
ALTER TABLE open_turns
    ADD COLUMN asked_at    timestamptz,
    ADD COLUMN waits_for   text,
    ADD COLUMN question_id uuid;
CREATE INDEX open_turns_waiting ON open_turns (conversation_id, version) WHERE waits_for IS NOT NULL;

-- The answer of which a change says that it waits; NULL for all other changes.
ALTER TABLE changes ADD COLUMN waiting_id uuid;
