SELECT set_config('madeleine.spaces', '*', true);

-- What a space holds: for the budget, and for how rare a word is (BM25). `memories`, `bytes`, `words`: of what is active.
CREATE TABLE space_use (
    space        text PRIMARY KEY,
    -- Postings name their space by eight bytes.
    space_key    bigint NOT NULL GENERATED ALWAYS AS (hashtextextended(space, 0)) STORED,
    memories     bigint NOT NULL DEFAULT 0,
    bytes        bigint NOT NULL DEFAULT 0,
    words        bigint NOT NULL DEFAULT 0,
    pinned_bytes bigint NOT NULL DEFAULT 0,
    -- NULL: the house's default, no bound.
    budget_bytes bigint CHECK (budget_bytes > 0),
    budget_items bigint CHECK (budget_items > 0),
    -- When something last happened in it.
    changed_at   timestamptz NOT NULL,
    -- The background's: whether its vectors have an index.
    near_index   boolean NOT NULL DEFAULT false
);

-- The default budget as the running service's settings have it: event handlers know no settings.
CREATE TABLE default_budget (one boolean PRIMARY KEY DEFAULT true CHECK (one), bytes bigint NOT NULL);

UPDATE memory SET state = 'active';
ALTER TABLE memory
    DROP CONSTRAINT memory_state_check,
    DROP CONSTRAINT memory_space_check,
    ADD CONSTRAINT memory_space_check CHECK (space ~ '^(person|conversation|app):.'),
    ADD CONSTRAINT memory_state_check CHECK (state IN ('active', 'cold')),
    ADD COLUMN words integer NOT NULL GENERATED ALWAYS AS (length(lexemes)) STORED,
    -- What was said just before it in its space, within the hour. Not a reference: it may be gone.
    ADD COLUMN follows uuid,
    -- It would not fit into the budget; not recalled until tidying has made room.
    ADD COLUMN waits boolean NOT NULL DEFAULT false,
    -- The background has looked whether it repeats, or ends, something else.
    ADD COLUMN judged boolean NOT NULL DEFAULT false,
    -- Why it is cold or closed, and what stands for it now.
    ADD COLUMN reason text NOT NULL DEFAULT '',
    ADD COLUMN covered_by uuid,
    ADD COLUMN superseded_by uuid,
    ADD COLUMN value real,
    ADD COLUMN decided_at timestamptz,
    -- When it was said again: the last eight times.
    ADD COLUMN touches timestamptz[] NOT NULL DEFAULT '{}';
UPDATE memory m SET follows = b.before_id FROM (
    SELECT memory_id, lag(memory_id) OVER w AS before_id, occurred_at - lag(occurred_at) OVER w AS since FROM memory
    WHERE kind = 1 WINDOW w AS (PARTITION BY space ORDER BY occurred_at, memory_id)
) b WHERE b.memory_id = m.memory_id AND b.since <= interval '1 hour';
CREATE INDEX memory_follows ON memory (follows) WHERE follows IS NOT NULL;
CREATE INDEX memory_source_event ON memory_source (event_id);
CREATE INDEX memory_covered ON memory (covered_by) WHERE covered_by IS NOT NULL;
CREATE INDEX memory_unjudged ON memory (space, occurred_at) WHERE state = 'active' AND NOT judged;
CREATE INDEX memory_waiting ON memory (space) WHERE waits;

INSERT INTO space_use (space, memories, bytes, words, pinned_bytes, changed_at)
SELECT space, count(*), sum(bytes), sum(words), coalesce(sum(bytes) FILTER (WHERE pinned), 0), now()
FROM memory GROUP BY space;

-- BM25's postings, of what is active alone: the index answers by itself.
CREATE TABLE posting (
    space_key bigint NOT NULL,
    lexeme    text NOT NULL,
    memory_id uuid NOT NULL,
    times     smallint NOT NULL,
    words     integer NOT NULL,
    PRIMARY KEY (space_key, lexeme, memory_id) INCLUDE (times, words)
);
INSERT INTO posting
SELECT hashtextextended(m.space, 0), l.lexeme, m.memory_id, coalesce(cardinality(l.positions), 1), m.words
FROM memory m CROSS JOIN LATERAL unnest(m.lexemes) AS l (lexeme, positions, weights);

-- Vectors apart from the rest, so that a scan reads nothing else. Every active memory has a row here; `embedding` is
-- NULL until the background has asked the embedder. Half precision moves a cosine by some 0.00002.
CREATE TABLE memory_vector (
    memory_id uuid PRIMARY KEY REFERENCES memory ON DELETE CASCADE,
    space     text NOT NULL,
    -- Of what is embedded: a vector never outlives the text that it was made of.
    text_md5  uuid NOT NULL,
    queued_at timestamptz NOT NULL,
    model     text NOT NULL DEFAULT '',
    embedding halfvec(384),
    near      boolean NOT NULL DEFAULT false,
    CHECK ((embedding IS NULL) = (model = ''))
);
INSERT INTO memory_vector
SELECT memory_id, space, md5(text)::uuid, occurred_at, embedding_model, embedding::halfvec(384) FROM memory;
CREATE INDEX memory_vector_space ON memory_vector (space) WHERE embedding IS NOT NULL;
CREATE INDEX memory_vector_queue ON memory_vector (queued_at) WHERE embedding IS NULL;
-- Only large spaces are worth an index, which every insertion pays for.
CREATE INDEX memory_vector_near ON memory_vector USING hnsw (embedding halfvec_cosine_ops) WHERE near;
ALTER TABLE memory DROP COLUMN embedding, DROP COLUMN embedding_model;

-- When a memory was shown to the model for an answer. With any of the people whose words that answer holds erased, nobody
-- can read of it any more, and it is forgotten here as well.
CREATE TABLE memory_use (
    memory_id uuid NOT NULL REFERENCES memory ON DELETE CASCADE,
    event_id  uuid NOT NULL,
    space     text NOT NULL,
    used_at   timestamptz NOT NULL,
    people    text[] NOT NULL,
    PRIMARY KEY (memory_id, event_id)
);
CREATE INDEX memory_use_people ON memory_use USING gin (people);

-- The settings are read once for each statement, not for each row.
DROP POLICY audience ON memory;
CREATE POLICY audience ON memory USING (
    (SELECT current_setting('madeleine.spaces', true)) = '*'
    OR space = ANY ((SELECT string_to_array(current_setting('madeleine.spaces', true), ','))::text[])
);
ALTER TABLE memory_vector ENABLE ROW LEVEL SECURITY;
ALTER TABLE memory_vector FORCE ROW LEVEL SECURITY;
CREATE POLICY audience ON memory_vector USING (
    (SELECT current_setting('madeleine.spaces', true)) = '*'
    OR space = ANY ((SELECT string_to_array(current_setting('madeleine.spaces', true), ','))::text[])
);
ALTER TABLE memory_use ENABLE ROW LEVEL SECURITY;
ALTER TABLE memory_use FORCE ROW LEVEL SECURITY;
CREATE POLICY audience ON memory_use USING (
    (SELECT current_setting('madeleine.spaces', true)) = '*'
    OR space = ANY ((SELECT string_to_array(current_setting('madeleine.spaces', true), ','))::text[])
);
ALTER TABLE posting ENABLE ROW LEVEL SECURITY;
ALTER TABLE posting FORCE ROW LEVEL SECURITY;
CREATE POLICY audience ON posting USING (
    (SELECT current_setting('madeleine.spaces', true)) = '*'
    OR space_key = ANY (ARRAY(
        SELECT hashtextextended(s, 0) FROM unnest(string_to_array(current_setting('madeleine.spaces', true), ',')) s
    ))
);
