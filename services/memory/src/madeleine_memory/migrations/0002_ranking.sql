-- What ranks a memory before anything is asked (domain/salience.py), and whether it tells a time. Rows from before
-- this migration have neither until `madeleine events rebuild memory` has written them anew.
ALTER TABLE memory ADD COLUMN salience real NOT NULL DEFAULT 0, ADD COLUMN dated boolean NOT NULL DEFAULT false;
