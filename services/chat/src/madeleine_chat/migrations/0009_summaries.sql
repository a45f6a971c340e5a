-- Summaries read a time of a conversation.
CREATE INDEX messages_time ON messages (conversation_id, sent_at);
