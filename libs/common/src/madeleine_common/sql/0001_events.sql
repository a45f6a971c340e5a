-- Every service's database has these. Events are the truth; the rest can be rebuilt or drained.

CREATE TABLE events (
    position       bigint GENERATED ALWAYS AS IDENTITY,
    -- Readers page by (tx_id, position) below their snapshot's xmin: positions alone become visible out of order.
    tx_id          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    event_id       uuid NOT NULL UNIQUE,
    type           text NOT NULL,
    schema_version integer NOT NULL,
    stream_id      text NOT NULL,
    version        bigint NOT NULL CHECK (version > 0),
    subject        text NOT NULL,
    actor          text NOT NULL,
    occurred_at    timestamptz NOT NULL,
    correlation_id text NOT NULL,
    causation_id   text NOT NULL,
    traceparent    text NOT NULL,
    key_id         text NOT NULL,
    payload        bytea NOT NULL,
    PRIMARY KEY (stream_id, version)
);
CREATE UNIQUE INDEX events_replay ON events (tx_id, position);
CREATE INDEX events_subject ON events (subject) WHERE subject <> '';
CREATE UNIQUE INDEX events_position ON events (position);

-- What the relay has still to publish. It keeps no cursor: a row is here until JetStream has acknowledged it.
CREATE TABLE outbox (
    position bigint PRIMARY KEY
);

-- Idempotency of commands: the same key of the same actor gives the same events again.
CREATE TABLE commands (
    actor         text NOT NULL,
    key           text NOT NULL,
    fingerprint   bytea NOT NULL,
    stream_id     text NOT NULL,
    first_version bigint NOT NULL,
    last_version  bigint NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor, key)
);

-- Events that a consumer has taken effect of, in the same transaction as the effect.
CREATE TABLE processed (
    consumer     text NOT NULL,
    event_id     uuid NOT NULL,
    processed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id)
);

-- How far each projection has come in each stream: it takes version n + 1 only after n.
CREATE TABLE stream_positions (
    projection text NOT NULL,
    stream_id  text NOT NULL,
    version    bigint NOT NULL,
    PRIMARY KEY (projection, stream_id)
);

-- Events that a consumer could not handle, still sealed, kept for a replay once the cause is mended.
CREATE TABLE dead_letters (
    consumer   text NOT NULL,
    event_id   uuid NOT NULL,
    subject    text NOT NULL,
    headers    jsonb NOT NULL,
    payload    bytea NOT NULL,
    reason     text NOT NULL,
    deliveries integer NOT NULL,
    failed_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id)
);
