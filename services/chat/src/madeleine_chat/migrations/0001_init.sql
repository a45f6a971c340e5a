-- Read models of the chat: all of it is rebuilt from the events.

CREATE TABLE conversations (
    conversation_id  uuid PRIMARY KEY,
    kind             integer NOT NULL,
    title            text NOT NULL,
    assistant_mode   integer NOT NULL,
    created_at       timestamptz NOT NULL,
    last_activity_at timestamptz NOT NULL
);

CREATE TABLE members (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    person_id       uuid NOT NULL,
    display_name    text NOT NULL,
    role            integer NOT NULL,
    joined_at       timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, person_id)
);
CREATE INDEX members_person ON members (person_id);

CREATE TABLE messages (
    message_id      uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    -- Stream version of the event that it came with: the cursor.
    version         bigint NOT NULL,
    event_id        uuid NOT NULL,
    -- NULL: the AI.
    sender_id       uuid,
    sender_name     text NOT NULL,
    text            text NOT NULL,
    sent_at         timestamptz NOT NULL,
    in_reply_to     uuid,
    edited          boolean NOT NULL DEFAULT false,
    -- A serialized madeleine.chat.v1.Answer; NULL for what people say.
    answer          bytea
);
CREATE UNIQUE INDEX messages_newest ON messages (conversation_id, version DESC);
CREATE INDEX messages_sender ON messages (sender_id);

CREATE TABLE ratings (
    message_id uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
    person_id  uuid NOT NULL,
    rating     integer NOT NULL,
    PRIMARY KEY (message_id, person_id)
);

-- What a stream of a conversation sends, one row for each event that members see.
CREATE TABLE changes (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    version         bigint NOT NULL,
    -- NULL: the conversation itself.
    message_id      uuid REFERENCES messages ON DELETE CASCADE,
    -- The only one who sees it (a thumb is one's own); NULL: every member.
    viewer_id       uuid,
    PRIMARY KEY (conversation_id, version)
);

-- Turns of the AI that have no outcome yet, by the version of the event that called on it.
CREATE TABLE open_turns (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    version         bigint NOT NULL,
    answer_id       uuid NOT NULL UNIQUE,
    asked_by        uuid NOT NULL,
    PRIMARY KEY (conversation_id, version)
);
