"""How near a prompt's meaning is to each blueprint's descriptions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from madeleine_common.errors import DomainError
from madeleine_miniapp.application.ports import Library, Model
from madeleine_miniapp.domain.language import language_of

# Descriptions embedded at once: other callers of the embedder get a turn in between.
_BATCH = 16
# What an app waits for at most; without vectors it is made from its words alone.
_PATIENCE_S = 2.0
_AGAIN_S = 5.0


class Likeness:
    """Embeds the descriptions once, in the background, a language at a time."""

    def __init__(self, library: Library, model: Model) -> None:
        self._library = library
        self._model = model
        self._vectors: dict[str, list[tuple[str, list[float]]]] = {}
        self._embedding: asyncio.Task[None] | None = None

    async def cosines(self, prompt: str) -> Mapping[str, float]:
        """The cosine of each blueprint's nearest description, by id; empty while not all is embedded."""
        embedding = self._begin()
        language = language_of(prompt)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                if language not in self._vectors:
                    await asyncio.shield(embedding)
                asked = (await self._model.embed_queries([prompt]))[0]
        except (TimeoutError, DomainError):
            return {}
        nearest: dict[str, float] = {}
        for blueprint_id, vector in self._vectors.get(language, ()):
            cosine = sum(a * b for a, b in zip(asked, vector, strict=True))
            nearest[blueprint_id] = max(cosine, nearest.get(blueprint_id, -1.0))
        return nearest

    async def prepare(self) -> None:
        """Embeds what is not embedded yet, however long the embedder is away."""
        await self._begin()

    async def close(self) -> None:
        """Ends what was begun: it must not outlive the way to the embedder."""
        if self._embedding is not None:
            self._embedding.cancel()
            await asyncio.gather(self._embedding, return_exceptions=True)

    def _begin(self) -> asyncio.Task[None]:
        if self._embedding is None or (self._embedding.done() and len(self._vectors) < 2):
            self._embedding = asyncio.create_task(self._patiently())
        return self._embedding

    async def _patiently(self) -> None:
        while True:
            try:
                await self._embed()
                return
            except DomainError:
                await asyncio.sleep(_AGAIN_S)

    async def _embed(self) -> None:
        for language in ("en", "zh"):
            if language in self._vectors:
                continue
            told_by = [(b.id, text) for b in self._library.all() for text in b.descriptions[language]]
            vectors: list[list[float]] = []
            for start in range(0, len(told_by), _BATCH):
                vectors += await self._model.embed_passages([text for _, text in told_by[start : start + _BATCH]])
            self._vectors[language] = [(i, v) for (i, _), v in zip(told_by, vectors, strict=True)]
