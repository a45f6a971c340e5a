"""An app developer's way to the model: OpenAI's own client, the gateway's URL, and a person's token as the key."""

from __future__ import annotations

import asyncio
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

FRANCE: Any = [{"role": "user", "content": "What is the capital of France?"}]


async def test_the_official_client_works_through_the_gateway(house):
    ana = await house.person("Ana")
    base_url = house.client.base_url.join("/openai/v1")
    async with AsyncOpenAI(base_url=str(base_url), api_key=ana.api.token, max_retries=0) as client:
        assert {"base", "default"} <= {model.id async for model in client.models.list()}
        stream = await client.chat.completions.create(model="default", messages=FRANCE, temperature=0, stream=True)
        chunks = [chunk async for chunk in stream]
        assert "Paris" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        assert chunks[-1].choices[0].finish_reason == "stop"
        assert all(chunk.system_fingerprint for chunk in chunks)
        vectors = await client.embeddings.create(model="multilingual-e5-small-q4", input="two eggs")
        assert len(vectors.data[0].embedding) == 384

        with pytest.raises(openai.BadRequestError) as refused:
            await client.chat.completions.create(model="default", messages=FRANCE, presence_penalty=1)
        assert refused.value.param == "presence_penalty"
        with pytest.raises(openai.AuthenticationError):
            await client.with_options(api_key="nobody").models.list()

        # Whoever hangs up frees the slot for others, also through the gateway.
        async with asyncio.timeout(60):
            for _ in range(50):
                long = await client.chat.completions.create(
                    model="default", messages=FRANCE, temperature=2.0, max_tokens=2000, stream=True
                )
                await long.close()
