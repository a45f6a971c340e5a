-- People whose words stand in a signal's prompt: it goes with any of them.
ALTER TABLE signals ADD COLUMN words_of text[] NOT NULL DEFAULT '{}';
CREATE INDEX signals_words_of ON signals USING gin (words_of);
