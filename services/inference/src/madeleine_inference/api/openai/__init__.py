"""The model over HTTP, in the dialect of OpenAI's API (https://platform.openai.com/docs/api-reference)."""
