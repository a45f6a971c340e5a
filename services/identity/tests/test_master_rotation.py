"""Rotation of the master key: cut short anywhere, watched by others, and what it leaves of earlier backups."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from madeleine_common.crypto.seal import SealBroken, seal
from madeleine_common.db import Pool, create_pool, migrate
from madeleine_common.errors import Unavailable
from madeleine_common.ids import new_id
from madeleine_common.testing.rig import fresh_database
from madeleine_identity.adapters.data_keys import DataKeys, bound_to
from madeleine_identity.adapters.master_key import MasterKey, MasterKeys, MasterKeyUnknown, read_master_keys
from madeleine_identity.adapters.master_rotation import MasterRotation
from madeleine_identity.adapters.signing_keys import SigningKeys

_KEYS = 23
_BATCH = 7


class Killed(Exception):
    """Stands for the end of the process."""


@dataclass
class Vault:
    """A database of identity's with keys in it, and the file that opens them."""

    url: str
    pool: Pool
    file: Path
    subjects: list[str]
    # What each subject's key was at first: it must never be another.
    keys: dict[str, bytes]

    def replica(self) -> DataKeys:
        """Another process: reads the file as it starts."""
        return DataKeys(self.pool, MasterKeys(self.file))

    def signing(self) -> SigningKeys:
        return SigningKeys(self.pool, MasterKeys(self.file), timedelta(days=30), timedelta(hours=1))

    def rotation(self) -> MasterRotation:
        return MasterRotation(self.pool, MasterKeys(self.file), _BATCH)

    async def opens(self, keys: DataKeys | None = None) -> bool:
        """Whether every key is what it was."""
        batch = await (keys or self.replica()).for_subjects(self.subjects)
        return {key.subject: key.key for key in batch.keys} == self.keys

    async def masters(self) -> set[str]:
        """Which master keys wrap a row."""
        rows = await self.pool.fetch(
            "SELECT master_id FROM data_keys WHERE wrapped IS NOT NULL UNION SELECT master_id FROM signing_keys"
        )
        return {row["master_id"] for row in rows}

    async def backup(self) -> list[asyncpg.Record]:
        """The rows as pg_dump would have them."""
        return await self.pool.fetch("SELECT key_id, subject, wrapped, master_id FROM data_keys")

    def opened(self, backup: list[asyncpg.Record]) -> int:
        """How many rows of a backup the file opens now, whatever id they name."""
        masters, opened = MasterKeys(self.file), 0
        for row in backup:
            try:
                masters.unwrap("", row["wrapped"], bound_to(str(row["key_id"]), row["subject"]))
                opened += 1
            except SealBroken:
                continue
        return opened


def _quiet(_: str) -> None:
    pass


@pytest.fixture
async def vault(postgres_url: str, tmp_path: Path) -> AsyncIterator[Vault]:
    file = tmp_path / "master.key"
    file.write_bytes(base64.b64encode(os.urandom(32)))
    async with fresh_database(postgres_url) as url:
        connection = await asyncpg.connect(url)
        await migrate(connection, "madeleine_identity")
        await connection.close()
        pool = await create_pool(url, 4)
        subjects = [f"person:{new_id()}" for _ in range(_KEYS)]
        made = Vault(url, pool, file, subjects, {})
        made.keys = {key.subject: key.key for key in (await made.replica().for_subjects(subjects)).keys}
        await made.signing().rotate()
        yield made
        await pool.close()


async def test_after_a_rotation_all_is_as_it_was_and_a_backup_from_before_opens_no_more(vault: Vault) -> None:
    (old,) = read_master_keys(vault.file)
    before = await vault.backup()
    assert vault.opened(before) == _KEYS
    signed = await vault.signing().sign({"sub": "x"})
    running, running_signer = vault.replica(), vault.signing()
    told: list[str] = []

    done = await vault.rotation().rotate(told.append)

    assert (done.rewrapped, done.changed, done.unwritable) == (_KEYS + 1, True, "")
    assert f"rewrapped {_KEYS} of {_KEYS} data keys" in told
    (new,) = read_master_keys(vault.file)
    assert new.key_id == done.master_id != old.key_id
    assert await vault.masters() == {new.key_id}
    # Whoever ran before reads the file again by itself.
    assert await vault.opens(running)
    assert await vault.opens()
    assert (await running_signer.sign({"sub": "x"})).split(".")[0] == signed.split(".")[0]
    # The old key is nowhere any more, and what it wrapped stays shut.
    assert vault.opened(before) == 0
    assert base64.b64encode(old.key) not in b"".join(p.read_bytes() for p in vault.file.parent.iterdir())
    assert vault.file.stat().st_mode & 0o777 == 0o600


async def test_a_rotation_may_be_cut_short_at_every_step(vault: Vault) -> None:
    """Each run dies one step later than the one before; all keys open after each, and the next run goes on."""
    steps = 0
    while True:
        steps += 1
        told: list[str] = []

        def tell(step: str, told: list[str] = told, last: int = steps) -> None:
            told.append(step)
            if len(told) == last:
                raise Killed(step)

        try:
            await vault.rotation().rotate(tell)
            break
        except Killed:
            assert await vault.opens()
            assert await vault.masters() <= {key.key_id for key in read_master_keys(vault.file)}
    # New file, current, four batches of data keys, one of signing keys, the file alone: and what was left each time.
    assert steps > 7
    assert await vault.opens()
    (only,) = read_master_keys(vault.file)
    assert await vault.masters() == {only.key_id}


@pytest.mark.parametrize("last", [1, 2, 4, 8])
async def test_a_start_finishes_what_was_cut_short(vault: Vault, last: int) -> None:
    before, told = await vault.backup(), []

    def tell(step: str) -> None:
        told.append(step)
        if len(told) == last:
            raise Killed(step)

    with pytest.raises(Killed):
        await vault.rotation().rotate(tell)
    left = vault.file.with_name(f".{vault.file.name}.4711")
    left.write_bytes(vault.file.read_bytes())
    await vault.rotation().finish(_quiet)
    (only,) = read_master_keys(vault.file)
    assert await vault.masters() == {only.key_id}
    assert await vault.opens()
    assert vault.opened(before) == 0
    assert not left.exists()
    # A further start finds nothing to do.
    idle = await vault.rotation().finish(_quiet)
    assert idle is not None
    assert (idle.rewrapped, idle.changed) == (0, False)


async def test_a_killed_process_loses_nothing(vault: Vault) -> None:
    """SIGKILL in the middle of the real command, again and again, while keys are made."""
    for line_of_death in ("wrote the new", "wraps what is new", "rewrapped"):
        process = await _started(vault)
        assert process.stdout is not None
        async for line in process.stdout:
            if line_of_death.encode() in line:
                process.kill()
                break
        await process.wait()
        subject = f"person:{new_id()}"
        (key,) = (await vault.replica().for_subjects([subject])).keys
        vault.subjects.append(subject)
        vault.keys[subject] = key.key
        assert await vault.opens()
    code, output = await _command(vault)
    assert code == 0, output
    assert "backups of identity's database that were made before cannot be opened any more" in output
    (only,) = read_master_keys(vault.file)
    assert await vault.masters() == {only.key_id}
    assert await vault.opens()


async def test_many_rotate_at_once_while_keys_are_made_and_read(vault: Vault) -> None:
    rotating = [asyncio.create_task(vault.rotation().rotate(_quiet)) for _ in range(3)]
    replicas = [vault.replica() for _ in range(3)]
    made: dict[str, bytes] = {}
    while not all(task.done() for task in rotating):
        for replica in replicas:
            subject = f"person:{new_id()}"
            (key,) = (await replica.for_subjects([subject])).keys
            made[subject] = key.key
        assert await vault.opens(replicas[0])
    ids = {task.result().master_id for task in rotating}
    assert len(ids) == 3
    vault.subjects += made
    vault.keys |= made
    assert await vault.opens()
    assert await vault.masters() == {read_master_keys(vault.file)[0].key_id}


async def test_keys_of_before_the_migration_open_by_any_key_and_get_their_master_written_down(vault: Vault) -> None:
    (old,) = read_master_keys(vault.file)
    await vault.pool.execute("UPDATE data_keys SET master_id = ''")
    assert await vault.opens()
    vault.file.write_bytes(base64.b64encode(os.urandom(32)) + b"\n" + base64.b64encode(old.key) + b"\n")
    assert await vault.opens()
    await vault.rotation().finish(_quiet)
    (only,) = read_master_keys(vault.file)
    assert only != old
    assert await vault.masters() == {only.key_id}
    assert await vault.opens()


async def test_where_the_file_is_mounted_rows_go_under_its_first_key_and_the_operator_hears_what_next(
    vault: Vault,
) -> None:
    (old,) = read_master_keys(vault.file)
    # As Kubernetes mounts a Secret.
    secret = vault.file.with_name("secret")
    vault.file.rename(secret)
    vault.file.symlink_to(secret)
    nothing = await vault.rotation().rotate(_quiet)
    assert (nothing.rewrapped, nothing.changed, nothing.spare_lines) == (0, False, ())
    assert "mounted Secret" in nothing.unwritable
    code, output = await _command(vault)
    assert code == 2
    assert "first line" in output

    new = MasterKey.generate()
    secret.write_bytes(base64.b64encode(new.key) + b"\n" + base64.b64encode(old.key) + b"\n")
    # A start leaves it alone: other replicas may still have the old file.
    assert await vault.rotation().finish(_quiet) is None
    assert await vault.masters() == {old.key_id}
    code, output = await _command(vault)
    assert code == 0
    assert "take line 2 out of it" in output
    assert await vault.masters() == {new.key_id}
    secret.write_bytes(base64.b64encode(new.key))
    assert await vault.opens()
    assert vault.file.is_symlink()


async def test_a_key_that_opens_nothing_is_told_by_file_and_line_and_nothing_is_dropped(vault: Vault) -> None:
    subject = f"person:{new_id()}"
    await vault.pool.execute(
        "INSERT INTO data_keys (key_id, subject, wrapped) VALUES ($1, $2, $3)",
        new_id(),
        subject,
        seal(os.urandom(32), os.urandom(32), b"x"),
    )
    (old,) = read_master_keys(vault.file)
    with pytest.raises(SealBroken, match=r"no key was dropped: .*master\.key, line 1: this does not open") as refusal:
        await vault.rotation().rotate(_quiet)
    assert base64.b64encode(old.key).decode() not in str(refusal.value)
    assert await vault.opens()
    code, output = await _command(vault)
    assert code == 1
    assert "master.key" in output

    vault.file.write_bytes(base64.b64encode(os.urandom(32)))
    with pytest.raises(MasterKeyUnknown, match=rf"line 1: this is not master key {old.key_id}"):
        await vault.opens()
    with pytest.raises(Unavailable, match=rf"line 1: this is not master key {old.key_id}, by which"):
        await vault.replica().for_subjects([f"person:{new_id()}"])


async def test_erasures_that_come_together_share_one_rotation(vault: Vault) -> None:
    rotation = vault.rotation()
    erased_by = await rotation.clock()
    first = await rotation.rotate_after(erased_by, _quiet)
    again = await rotation.rotate_after(erased_by, _quiet)
    assert again.master_id == first.master_id
    later = await rotation.rotate_after(await rotation.clock(), _quiet)
    assert later.master_id != first.master_id


async def _started(vault: Vault) -> asyncio.subprocess.Process:
    environment = {
        **os.environ,
        "MADELEINE_DATABASE_URL": vault.url,
        "MADELEINE_IDENTITY_MASTER_KEY_FILE": str(vault.file),
    }
    command = (sys.executable, "-m", "madeleine_identity.main", "rotate-master-key")
    return await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    )


async def _command(vault: Vault) -> tuple[int | None, str]:
    process = await _started(vault)
    output, _ = await process.communicate()
    return process.returncode, output.decode()
