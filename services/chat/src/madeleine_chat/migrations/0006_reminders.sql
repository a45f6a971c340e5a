-- Reminders, and the messages by which they fired.
CREATE TABLE reminders (
    reminder_id     uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    person_id       uuid NOT NULL,
    text            text NOT NULL,
    due_at          timestamptz NOT NULL,
    state           integer NOT NULL,
    created_at      timestamptz NOT NULL,
    -- The message by which it fired last.
    message_id      uuid
);
CREATE INDEX reminders_due ON reminders (conversation_id, due_at, reminder_id);
CREATE INDEX reminders_person ON reminders (person_id);

ALTER TABLE messages ADD COLUMN reminder_id uuid;
