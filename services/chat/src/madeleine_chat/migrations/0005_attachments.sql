-- Where the bytes of attachments lie and how far each upload has come. This is the service's own state, no read model: a
-- rebuild leaves it as it is. That a file is whole is an event (AttachmentCreated), written in the transaction that marks
-- it here; so is that it was sent (MessageSent).
CREATE TABLE uploads (
    attachment_id   uuid PRIMARY KEY,
    conversation_id uuid NOT NULL,
    person_id       uuid NOT NULL,
    idempotency_key text NOT NULL,
    -- sha256 of the request that made it.
    fingerprint     bytea NOT NULL,
    name            text NOT NULL,
    media_type      text NOT NULL,
    size_bytes      bigint NOT NULL,
    -- Hexadecimal, of the whole file.
    sha256          text NOT NULL,
    -- The uploader's key that seals the parts.
    key_id          text NOT NULL,
    -- Bytes of every part but the last.
    part_bytes      integer NOT NULL,
    -- The objects that hold the parts, in order.
    parts           text[] NOT NULL DEFAULT '{}',
    complete        boolean NOT NULL DEFAULT false,
    -- The message that it was sent with.
    message_id      uuid,
    created_at      timestamptz NOT NULL,
    -- Set before the objects are deleted, and the row after them: what a crash interrupts is taken up again.
    gone_at         timestamptz,
    UNIQUE (person_id, idempotency_key)
);
CREATE INDEX uploads_message ON uploads (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX uploads_unsent ON uploads (created_at) WHERE message_id IS NULL;
CREATE INDEX uploads_gone ON uploads (gone_at) WHERE gone_at IS NOT NULL;

-- Serialized madeleine.chat.v1.Attachment, in the sender's order.
ALTER TABLE messages ADD COLUMN attachments bytea[] NOT NULL DEFAULT '{}';
