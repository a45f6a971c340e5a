-- The mini-app that wrote a message, if one did.
ALTER TABLE messages ADD COLUMN app_id uuid;
