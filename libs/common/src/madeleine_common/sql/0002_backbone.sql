-- What the relay, the consumers and the tools have learnt to need since 0001.

-- The relay finds an outbox row's event through the index that replay needs anyway: one index less for every append.
ALTER TABLE outbox ADD COLUMN tx_id xid8;
UPDATE outbox o SET tx_id = e.tx_id FROM events e WHERE e.position = o.position;
ALTER TABLE outbox ALTER COLUMN tx_id SET NOT NULL;
DROP INDEX events_position;

-- What a repeat is compared with: the same id or version with other bytes is no repeat, and must be told.
ALTER TABLE processed ADD COLUMN digest bytea;
ALTER TABLE stream_positions ADD COLUMN event_id uuid, ADD COLUMN digest bytea;

-- Letters keep the order of their stream: behind one that a projection cannot take, later ones of the same stream wait.
ALTER TABLE dead_letters DROP CONSTRAINT dead_letters_pkey;
ALTER TABLE dead_letters ALTER COLUMN event_id TYPE text USING event_id::text;
ALTER TABLE dead_letters
    ADD COLUMN letter_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- dead: its handler failed, or it cannot be read · parked: a later release, or a missing version, will let it pass ·
    -- behind: it waits for an earlier one of its stream · retry: to be tried now · discarded: passed over for good
    ADD COLUMN state       text NOT NULL DEFAULT 'dead'
        CHECK (state IN ('dead', 'parked', 'behind', 'retry', 'discarded')),
    ADD COLUMN type        text NOT NULL DEFAULT '',
    ADD COLUMN stream_id   text NOT NULL DEFAULT '',
    ADD COLUMN version     bigint NOT NULL DEFAULT 0,
    ADD COLUMN digest      bytea NOT NULL DEFAULT '',
    ADD COLUMN attempts    integer NOT NULL DEFAULT 0;
UPDATE dead_letters SET type = coalesce(headers ->> 'ce-type', ''), stream_id = coalesce(headers ->> 'ce-streamid', ''),
    version = coalesce((headers ->> 'ce-streamversion')::bigint, 0);
CREATE UNIQUE INDEX dead_letters_once ON dead_letters (consumer, event_id, digest);
CREATE INDEX dead_letters_stream ON dead_letters (consumer, stream_id, version);
CREATE INDEX dead_letters_state ON dead_letters (state, consumer);
