"""Reads the projected templates."""

from __future__ import annotations

from madeleine.miniapp.v1.miniapp_pb2 import Template
from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_common.db import Pool
from madeleine_common.projections import caught_up
from madeleine_miniapp.application.streams import template_stream


class PostgresTemplates:
    """Templates from their table (`application.templates.TemplateRows`)."""

    def __init__(self, pool: Pool, projection: str) -> None:
        self._pool = pool
        self._projection = projection

    async def template(self, code: str) -> Template | None:
        """One that was not withdrawn, once all that was said of it is projected; raises Unavailable."""
        await caught_up(self._pool, self._projection, [template_stream(code)])
        row = await self._pool.fetchrow("SELECT spec, created_at FROM templates WHERE code = $1", code)
        if row is None:
            return None
        template = Template(code=code, spec=AppSpec.FromString(row["spec"]))
        template.created_at.FromDatetime(row["created_at"])
        return template
