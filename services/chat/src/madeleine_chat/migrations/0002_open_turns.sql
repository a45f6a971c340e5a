-- The event that called on the AI: an answer names it as its cause, also when the answer itself can no longer be read.
ALTER TABLE open_turns ADD COLUMN event_id uuid;
CREATE INDEX open_turns_event ON open_turns (event_id);
