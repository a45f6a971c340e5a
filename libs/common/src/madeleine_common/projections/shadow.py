"""A projection's tables made a second time beside the live ones, and swapped with them."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from madeleine_common.projections import Projection

# Held by one session for as long as it rebuilds or verifies one projection.
_LOCK_PREFIX = 0x72656275  # 'rebu'
_POSITIONS = "stream_positions"
_INDEXES = """
SELECT i.relname AS name, pg_get_indexdef(x.indexrelid) AS definition, pg_get_constraintdef(c.oid) AS constraint
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
LEFT JOIN pg_constraint c ON c.conindid = x.indexrelid AND c.contype IN ('p', 'u', 'x')
WHERE x.indrelid = $1::regclass ORDER BY i.relname
"""
_REFERENCES = """
SELECT conname AS name, pg_get_constraintdef(oid) AS definition, confrelid::regclass::text AS target
FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'f' ORDER BY conname
"""
_REFERRERS = """
SELECT conrelid::regclass::text AS source, conname AS name FROM pg_constraint
WHERE confrelid = $1::regclass AND contype = 'f' AND NOT conrelid::regclass::text = ANY($2::text[])
"""
_POLICIES = """
SELECT polname AS name, pg_get_expr(polqual, polrelid) AS using, pg_get_expr(polwithcheck, polrelid) AS check,
       polpermissive AS permissive, polcmd = '*' AS for_all
FROM pg_policy WHERE polrelid = $1::regclass ORDER BY polname
"""
_GRANTS = """
SELECT grantee, string_agg(privilege_type, ', ') AS privileges FROM information_schema.role_table_grants
WHERE table_schema = 'public' AND table_name = $1 AND grantee <> current_user GROUP BY grantee
"""


class NotRebuildable(Exception):
    """The projection's tables hang together with others in a way that a swap would break; says how."""


class AlreadyRunning(Exception):
    """Another rebuild or verification of this projection is under way."""


class Shadow:
    """The second set of tables, in a schema of its own, on a connection whose search path finds them first.

    Handlers name their tables without a schema, so that the same code writes here and there.
    """

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record], projection: Projection) -> None:
        self._connection = connection
        self._projection = projection
        self.schema = f"rebuild_{projection.name.replace('-', '_')}"

    async def create(self) -> None:
        """Makes the tables, empty; what an earlier attempt left behind goes.

        Raises AlreadyRunning; NotRebuildable when a table that is not the projection's refers to one that is.
        """
        lock = "SELECT pg_try_advisory_lock($1, hashtext($2))"
        if not await self._connection.fetchval(lock, _LOCK_PREFIX, self._projection.name):
            raise AlreadyRunning(f"{self._projection.name} is being rebuilt or verified by somebody else")
        await self._connection.execute("SET search_path = public")
        for table in self._projection.tables:
            if others := await self._connection.fetch(_REFERRERS, table, list(self._projection.tables)):
                names = ", ".join(f"{row['source']} ({row['name']})" for row in others)
                raise NotRebuildable(f"{table} is referred to by {names}, which the projection does not hold")
        await self.drop()
        async with self._connection.transaction():
            await self._connection.execute(f"CREATE SCHEMA {self.schema}")
            for table in (*self._projection.tables, _POSITIONS):
                await self._copy(table)
            for table in self._projection.tables:
                await self._refer(table)
        # Lost with a crash, and then begun anew: nothing here must be on disk before the swap.
        await self._connection.execute(f"SET search_path = {self.schema}, public; SET synchronous_commit = off")

    async def _copy(self, table: str) -> None:
        """A table like the live one, with indexes, constraints, policies and grants under their own names."""
        execute, own = self._connection.execute, f"{self.schema}.{table}"
        await execute(f"CREATE TABLE {own} (LIKE public.{table} INCLUDING ALL EXCLUDING INDEXES)")
        for index in await self._connection.fetch(_INDEXES, table):
            if index["constraint"]:
                await execute(f'ALTER TABLE {own} ADD CONSTRAINT "{index["name"]}" {index["constraint"]}')
            else:
                await execute(index["definition"].replace(f" ON public.{table} ", f" ON {own} ", 1))
        security = await self._connection.fetchrow(
            "SELECT relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class WHERE oid = $1::regclass",
            table,
        )
        if security and security["enabled"]:
            forced = f"; ALTER TABLE {own} FORCE ROW LEVEL SECURITY" if security["forced"] else ""
            await execute(f"ALTER TABLE {own} ENABLE ROW LEVEL SECURITY{forced}")
        for policy in await self._connection.fetch(_POLICIES, table):
            if not policy["permissive"] or not policy["for_all"]:
                raise NotRebuildable(f"{table}: policy {policy['name']} is of a kind that is not copied yet")
            check = f" WITH CHECK ({policy['check']})" if policy["check"] else ""
            await execute(f'CREATE POLICY "{policy["name"]}" ON {own} USING ({policy["using"]}){check}')
        for grant in await self._connection.fetch(_GRANTS, table):
            await execute(f'GRANT {grant["privileges"]} ON {own} TO "{grant["grantee"]}"')

    async def _refer(self, table: str) -> None:
        for reference in await self._connection.fetch(_REFERENCES, table):
            target = reference["target"]
            where = self.schema if target in self._projection.tables else "public"
            definition = reference["definition"].replace(f"REFERENCES {target}(", f"REFERENCES {where}.{target}(", 1)
            await self._connection.execute(
                f'ALTER TABLE {self.schema}.{table} ADD CONSTRAINT "{reference["name"]}" {definition}'
            )

    async def carry_over(self) -> None:
        """Takes over what something else has filled in, in rows that are otherwise the same."""
        for table, elsewhere in self._projection.elsewhere.items():
            columns = await self._connection.fetch(
                "SELECT attname AS name, EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = a.attrelid"
                " AND c.contype = 'p' AND a.attnum = ANY(c.conkey)) AS key FROM pg_attribute a"
                " WHERE a.attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                f"public.{table}",
            )
            same = [row["name"] for row in columns if row["name"] not in elsewhere]
            keys = " AND ".join(f"live.{row['name']} = made.{row['name']}" for row in columns if row["key"])
            async with self._connection.transaction():
                if self._projection.lift is not None:
                    await self._projection.lift(self._connection)
                await self._connection.execute(
                    f"UPDATE {self.schema}.{table} made"  # noqa: S608 (our own names)
                    f" SET {', '.join(f'{name} = live.{name}' for name in elsewhere)} FROM public.{table} live"
                    f" WHERE {keys} AND ROW({', '.join(f'live.{name}' for name in same)})::text"
                    f" = ROW({', '.join(f'made.{name}' for name in same)})::text"
                )

    async def swap(self, names: Sequence[str]) -> None:
        """Puts the tables in the place of the live ones, in the caller's transaction, and takes over the positions.

        `names`: the projection's subscriptions. The caller has locked stream_positions.
        """
        execute, tables = self._connection.execute, self._projection.tables
        live = ", ".join(f"public.{table}" for table in tables)
        # All at once and in order, so that a reader of several waits, and is not waited for.
        await execute(f"LOCK TABLE {live} IN ACCESS EXCLUSIVE MODE")
        await execute(f"DROP TABLE {live}")
        for table in tables:
            await execute(f"ALTER TABLE {self.schema}.{table} SET SCHEMA public")
        await execute("DELETE FROM public.stream_positions WHERE projection = ANY($1::text[])", list(names))
        await execute(
            "INSERT INTO public.stream_positions (projection, stream_id, version, event_id, digest)"
            # Without a schema, the search path finds the shadow's own.
            " SELECT projection, stream_id, version, event_id, digest FROM stream_positions"
        )
        # What the rebuild has taken needs no second try.
        await execute(
            "DELETE FROM dead_letters l USING public.stream_positions p WHERE l.consumer = ANY($1::text[])"
            " AND l.state <> 'discarded' AND p.projection = l.consumer AND p.stream_id = l.stream_id"
            " AND l.version <= p.version",
            list(names),
        )
        await execute(f"DROP SCHEMA {self.schema} CASCADE")

    async def drop(self) -> None:
        """Removes the tables and their schema."""
        await self._connection.execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")
