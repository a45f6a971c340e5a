-- Judgements that a run may learn from; derived from SignalRecorded, dropped when the person is erased.
CREATE TABLE signals (
    person_id            text NOT NULL,
    message_id           text NOT NULL,
    signal_id            text NOT NULL UNIQUE,
    kind                 text NOT NULL,
    prompt_token_ids     integer[] NOT NULL,
    completion_token_ids integer[] NOT NULL,
    logprobs             real[] NOT NULL,
    revision             text NOT NULL,
    recorded_at          timestamptz NOT NULL,
    -- The run that used it; null: it waits.
    run_id               text,
    PRIMARY KEY (person_id, message_id)
);
CREATE INDEX signals_waiting ON signals (recorded_at) WHERE run_id IS NULL;

CREATE TABLE runs (
    run_id     text PRIMARY KEY,
    -- madeleine.trainer.v1.Run without what is under way.
    run        bytea NOT NULL,
    started_at timestamptz NOT NULL,
    ended      boolean NOT NULL DEFAULT false
);

-- How far the run under way has come: not an event, gone with the run.
CREATE TABLE run_progress (
    run_id   text PRIMARY KEY,
    progress double precision NOT NULL,
    step     text NOT NULL,
    metrics  bytea[] NOT NULL DEFAULT '{}'
);
