-- `madeleine up` and the chart's migration job make the extension beforehand where that takes a superuser.
CREATE EXTENSION IF NOT EXISTS vector;

-- Whether somebody wants to be remembered. An erased person stays here, nameless and not remembered.
CREATE TABLE person (
    person_id    text PRIMARY KEY,
    display_name text NOT NULL,
    remembers    boolean NOT NULL
);

CREATE TABLE memory (
    memory_id       uuid PRIMARY KEY,
    -- madeleine.memory.v1.MemoryKind
    kind            smallint NOT NULL CHECK (kind BETWEEN 1 AND 4),
    space           text NOT NULL CHECK (space ~ '^(person|conversation):.'),
    speaker_id      text NOT NULL,
    speaker_name    text NOT NULL,
    text            text NOT NULL,
    bytes           integer NOT NULL GENERATED ALWAYS AS (octet_length(text)) STORED,
    -- Typed values of a record.
    record          jsonb,
    occurred_at     timestamptz NOT NULL,
    valid_to        timestamptz,
    state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'hidden')),
    pinned          boolean NOT NULL DEFAULT false,
    times_seen      integer NOT NULL DEFAULT 1,
    last_seen_at    timestamptz NOT NULL,
    lexemes         tsvector NOT NULL,
    -- NULL until the background job has asked the embedder; vectors of different models never meet.
    embedding       vector(384),
    embedding_model text NOT NULL DEFAULT '',
    CHECK ((embedding IS NULL) = (embedding_model = ''))
);
-- Recall scans its spaces exactly: at tens of thousands of memories an approximate index costs recall and saves little.
CREATE INDEX memory_by_time ON memory (space, occurred_at DESC, memory_id DESC);
CREATE INDEX memory_duplicates ON memory (space, speaker_id, md5(text)) WHERE kind = 1;
CREATE INDEX memory_to_embed ON memory (occurred_at) WHERE embedding IS NULL;

-- Where each memory comes from; erasure and forgetting go through it.
CREATE TABLE memory_source (
    memory_id uuid NOT NULL REFERENCES memory ON DELETE CASCADE,
    event_id  uuid NOT NULL,
    -- The message, record or statement that the event is about: later events about it find the memory by this.
    origin    text NOT NULL,
    person_id text NOT NULL,
    PRIMARY KEY (memory_id, event_id)
);
CREATE INDEX memory_source_origin ON memory_source (origin);
CREATE INDEX memory_source_person ON memory_source (person_id);

-- What a person had forgotten: whatever is delivered or replayed about it later stays away.
CREATE TABLE forgotten_origin (
    origin text PRIMARY KEY
);

CREATE TABLE forget_plan (
    plan_id    uuid PRIMARY KEY,
    person_id  text NOT NULL,
    memory_ids uuid[] NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Besides the service's own checks: a statement sees only the spaces that its transaction has named
-- (comma-separated; '*' for event handlers). A superuser is not bound by this, so the service's role must not be one.
ALTER TABLE memory ENABLE ROW LEVEL SECURITY;
ALTER TABLE memory FORCE ROW LEVEL SECURITY;
CREATE POLICY audience ON memory USING (
    current_setting('madeleine.spaces', true) = '*'
    OR space = ANY (string_to_array(current_setting('madeleine.spaces', true), ','))
);
