-- Secrets and their life times, which must never be in events; and the read model of people.

CREATE TABLE credentials (
    person_id     uuid PRIMARY KEY,
    handle        text NOT NULL UNIQUE,
    password_hash text NOT NULL
);

-- Password attempts of each handle, known or not, since the last success; they start anew when the window ends.
CREATE TABLE password_attempts (
    handle      text PRIMARY KEY,
    attempts    integer NOT NULL,
    window_ends timestamptz NOT NULL
);

-- A family is what grew from one log-in: each token is spent by the next.
CREATE TABLE refresh_tokens (
    sha256     bytea PRIMARY KEY,
    family     uuid NOT NULL,
    person_id  uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    spent_at   timestamptz
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_person ON refresh_tokens (person_id);

-- Ed25519 keys that sign access tokens; the private half is wrapped by the master key.
CREATE TABLE signing_keys (
    kid             uuid PRIMARY KEY,
    public_key      bytea NOT NULL,
    wrapped         bytea NOT NULL,
    signs_from      timestamptz NOT NULL,
    signs_until     timestamptz NOT NULL,
    -- When the last token that it signed has expired.
    published_until timestamptz NOT NULL
);

-- One key for each data subject, wrapped by the master key; a destroyed one leaves a grave, so that none is made again.
CREATE TABLE data_keys (
    key_id       uuid PRIMARY KEY,
    subject      text NOT NULL UNIQUE,
    wrapped      bytea,
    created_at   timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

CREATE TABLE people (
    person_id        uuid PRIMARY KEY,
    handle           text NOT NULL,
    display_name     text NOT NULL,
    time_zone        text NOT NULL,
    language         text NOT NULL,
    consent_memory   boolean NOT NULL,
    consent_training boolean NOT NULL,
    consent_spark    boolean NOT NULL
);
