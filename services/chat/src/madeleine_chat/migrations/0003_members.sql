-- Memory's switch, the AI's threshold in auto mode, and where a branch comes from.
ALTER TABLE conversations
    ADD COLUMN memory_off boolean NOT NULL DEFAULT false,
    ADD COLUMN speak_threshold double precision NOT NULL DEFAULT 0,
    ADD COLUMN branched_from uuid,
    ADD COLUMN branched_at_message uuid;

-- Who may not write, and who does not want to be notified, until when. A mute outlasts a membership.
CREATE TABLE mutes (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    person_id       uuid NOT NULL,
    until           timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, person_id)
);
CREATE TABLE notifications (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    person_id       uuid NOT NULL,
    until           timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, person_id)
);

-- People whose words an answer holds: it goes with any of them, also from a conversation where they did nothing.
ALTER TABLE messages ADD COLUMN words_of uuid[] NOT NULL DEFAULT '{}';
CREATE INDEX messages_words_of ON messages USING gin (words_of);
