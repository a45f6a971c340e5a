-- Mentions, edits, deletes and what was said off the record.
ALTER TABLE messages
    ADD COLUMN edits integer NOT NULL DEFAULT 0,
    ADD COLUMN deleted boolean NOT NULL DEFAULT false,
    ADD COLUMN off_the_record boolean NOT NULL DEFAULT false,
    ADD COLUMN mention_ids uuid[] NOT NULL DEFAULT '{}';
-- At least; a rebuild counts them.
UPDATE messages SET edits = 1 WHERE edited;

CREATE TABLE reactions (
    message_id uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
    emoji      text NOT NULL,
    person_id  uuid NOT NULL,
    -- Of the event: what was first put there stands first.
    version    bigint NOT NULL,
    PRIMARY KEY (message_id, emoji, person_id)
);
CREATE INDEX reactions_person ON reactions (person_id);

-- Whether a change gave its message another text (or took it away): the message's history is read from those events.
ALTER TABLE changes ADD COLUMN of_text boolean NOT NULL DEFAULT false;
UPDATE changes SET of_text = true WHERE message_id IS NOT NULL AND viewer_id IS NULL;
CREATE INDEX changes_of_text ON changes (message_id, version) WHERE of_text;

-- What may be found by its words: nothing that was deleted or said off the record.
CREATE TABLE message_words (
    message_id      uuid PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    conversation_id uuid NOT NULL,
    version         bigint NOT NULL,
    -- NULL: the AI.
    sender_id       uuid,
    -- When it was sent, and never before what came before it in its conversation, whatever the writers' clocks said.
    ordered_at      timestamptz NOT NULL,
    -- English stems, bigrams of unspaced scripts, and "room:<conversation id>": others' rooms are not even looked at.
    lexemes         tsvector NOT NULL
);
CREATE INDEX message_words_lexemes ON message_words USING gin (lexemes);
CREATE INDEX message_words_newest ON message_words (conversation_id, version DESC);
CREATE INDEX message_words_sender ON message_words (sender_id);

-- How far people have read.
CREATE TABLE reads (
    conversation_id uuid NOT NULL,
    person_id       uuid NOT NULL,
    cursor          bigint NOT NULL,
    PRIMARY KEY (conversation_id, person_id)
);
CREATE INDEX reads_person ON reads (person_id);
