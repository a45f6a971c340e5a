"""The PyPI library `eventsourcing` on the same PostgreSQL: the peer of the field.

Set to its fastest: its PostgreSQL module with database functions (one round trip for each save: twice the rate here),
the faster of its two AES-GCM ciphers (`eventsourcing.cryptography`, the OpenSSL that ours uses too; by pycryptodome its
log reads at less than a third), no compression, no snapshots, a connection for each writer thread. It has one key for
everything, where ours has one for each person. Each save notifies, which lets one commit through at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import psycopg
from eventsourcing.application import Application
from eventsourcing.cryptography import AESCipher
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

_PAGE = 2000
_KEY = AESCipher.create_key(32)
_TABLE = (
    "CREATE TABLE IF NOT EXISTS {table} (stream_id text PRIMARY KEY, messages bigint NOT NULL,"
    " characters bigint NOT NULL, last_text text NOT NULL, last_at timestamptz NOT NULL)"
)
_UPSERT = (
    "INSERT INTO viewed_talk AS t VALUES (%s, 1, %s, %s, %s) ON CONFLICT (stream_id) DO UPDATE SET"
    " messages = t.messages + 1, characters = t.characters + excluded.characters,"
    " last_text = excluded.last_text, last_at = excluded.last_at"
)


class Talk(Aggregate):
    """A conversation of that library's kind."""

    def __init__(self) -> None:
        """Has nothing said yet."""
        self.last = ""

    @event("Said")
    def say(self, text: str) -> None:
        """Says something."""
        self.last = text


class Talks(Application):  # type: ignore[type-arg]
    """Its application; snapshots and caches are off, as they are by default."""


class TalkView(PostgresTrackingRecorder):
    """Its read model, the way its documentation makes one: the row and the position in one transaction."""

    def said(self, stream_id: str, text: str, at: Any, tracking: Tracking) -> None:
        """Adds one message."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(_UPSERT, (stream_id, len(text), text, at))
            self._insert_tracking(cursor, tracking)


class TalkProjection(Projection[TalkView]):
    """Its projection."""

    name = "talkview"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:  # pyright: ignore
        """Takes one event."""
        if (text := getattr(domain_event, "text", None)) is not None:
            self.view.said(str(domain_event.originator_id), text, domain_event.timestamp, tracking)
        else:
            self.view.insert_tracking(tracking)


def _environment(url: str, writers: int) -> dict[str, str]:
    parts = urlsplit(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.strip("/"),
        "POSTGRES_HOST": str(parts.hostname),
        "POSTGRES_PORT": str(parts.port),
        "POSTGRES_USER": str(parts.username),
        "POSTGRES_PASSWORD": str(parts.password),
        "POSTGRES_POOL_SIZE": str(writers),
        "POSTGRES_MAX_OVERFLOW": "4",
        "POSTGRES_MAX_WAITING": "64",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "yes",
        "CIPHER_TOPIC": "eventsourcing.cryptography:AESCipher",
        "CIPHER_KEY": _KEY,
    }


def application(url: str, writers: int) -> Talks:
    """The application on a database; makes its tables."""
    return Talks(env=_environment(url, writers))


def append(app: Talks, texts: Sequence[str], writers: int, each: int) -> float:
    """Events a second of `writers` threads, each with an aggregate of its own that is saved after each event."""
    talks = [Talk() for _ in range(writers)]
    for talk in talks:
        app.save(talk)
    start = threading.Barrier(writers + 1)

    def write(talk: Talk) -> None:
        start.wait()
        for number in range(each):
            talk.say(text=texts[number % len(texts)])
            app.save(talk)

    with ThreadPoolExecutor(writers) as threads:
        running = [threads.submit(write, talk) for talk in talks]
        start.wait()
        began = time.perf_counter()
        for one in running:
            one.result()
        return writers * each / (time.perf_counter() - began)


def fill(app: Talks, texts: Sequence[str], count: int) -> None:
    """Saves that many events, a hundred at a time."""
    talks = [Talk() for _ in range(64)]
    for start in range(0, count, 64 * 100):
        for talk in talks:
            for number in range(100):
                talk.say(text=texts[(start + number) % len(texts)])
            app.save(talk)


def project(url: str, most: int) -> float:
    """Events a second of its own projection runner over the first `most`, into an empty read model.

    The way its documentation makes a read model: a transaction for each event, with the position in it.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS viewed_talk, talkview_tracking")
        connection.execute(_TABLE.format(table="viewed_talk"))
    began = time.perf_counter()
    with ProjectionRunner(
        application_class=Talks, projection_class=TalkProjection, view_class=TalkView, env=_environment(url, 4)
    ) as runner:
        last = min(most, runner.app.recorder.max_notification_id() or 0)
        runner.wait(last, timeout=600)
        return last / (time.perf_counter() - began)


def fold_log(app: Talks, url: str) -> float:
    """Events a second of a loop written by hand: its notification log, its mapper, a fold in memory, one write.

    Faster than anything that its documentation shows: it keeps no position, and nothing else could write meanwhile.
    """
    began = time.perf_counter()
    rows: dict[str, list[Any]] = {}
    seen, last = 0, 0
    recorder, mapper = app.recorder, app.mapper
    while page := recorder.select_notifications(start=last + 1, limit=_PAGE):
        for notification in page:
            happened = mapper.to_domain_event(notification)
            last = notification.id
            seen += 1
            text = getattr(happened, "text", None)
            if text is None:
                continue
            row = rows.setdefault(str(happened.originator_id), [str(happened.originator_id), 0, 0, "", None])
            row[1] += 1
            row[2] += len(text)
            row[3], row[4] = text, getattr(happened, "timestamp", None)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(_TABLE.format(table="folded_talk"))
        cursor.execute("TRUNCATE folded_talk")
        cursor.executemany("INSERT INTO folded_talk VALUES (%s, %s, %s, %s, %s)", list(rows.values()))
    return seen / (time.perf_counter() - began)
