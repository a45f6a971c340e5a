-- Answers that were deleted in their conversation: nobody learns from a judgement of them.
CREATE TABLE withdrawn (
    message_id text PRIMARY KEY
);
CREATE INDEX signals_message ON signals (message_id);
