"""The adapter store as a folder and as a bucket of a real S3 server: one contract, and the cache before the latter."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from madeleine_common.adapter_store import AdapterStore, StoreUnreachable
from madeleine_common.adapters import AdapterInvalid, AdapterOrigin, DataLineage, read_adapter

LINEAGE = DataLineage(DataLineage.digest_of(["b", "a"]), 1, 1)
ORIGIN = AdapterOrigin("house", "ab" * 32, 4, ("q_proj", "v_proj"), "", "run-1", LINEAGE)
Open = Callable[[str], AdapterStore]


def _write(folder: Path) -> None:
    (folder / "adapter_model.safetensors").write_bytes(b"weights" * 1000)
    (folder / "adapter_config.json").write_text("{}")


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a real S3 server, with a bucket "adapters"."""
    before = dict(os.environ)
    os.environ.update(AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret", AWS_DEFAULT_REGION="eu-west-1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    client = boto3.client("s3", endpoint_url=address)
    client.create_bucket(Bucket="adapters", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield address
    server.stop()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(params=["folder", "s3"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the same store as one machine or another: each has a cache of its own."""
    if request.param == "folder":
        return lambda machine: AdapterStore(str(tmp_path / "store"), tmp_path / machine)
    address = request.getfixturevalue("s3")
    url = f"s3://adapters/{tmp_path.name}?endpoint_override={address}"
    return lambda machine: AdapterStore(url, tmp_path / machine)


def test_what_one_machine_puts_another_fetches(opened: Open) -> None:
    trainer, inference = opened("trainer"), opened("inference")
    assert inference.revisions() == []
    put = trainer.put(ORIGIN, _write)
    assert trainer.put(ORIGIN, _write).revision == put.revision
    assert inference.revisions() == [put.revision]
    assert inference.revision_at(trainer.uri(put.revision)) == put.revision
    fetched = inference.fetch(put.revision)
    assert (fetched.revision, fetched.origin, fetched.files) == (put.revision, ORIGIN, put.files)
    assert read_adapter(fetched.folder) == fetched
    assert inference.fetch(put.revision) == fetched


def test_what_is_not_there_is_told(opened: Open) -> None:
    store = opened("inference")
    with pytest.raises(AdapterInvalid, match="there is no house@0123456789ab"):
        store.fetch("house@0123456789ab")


def test_only_the_store_is_read(opened: Open, tmp_path: Path) -> None:
    store = opened("inference")
    revision = store.put(ORIGIN, _write).revision
    for uri in (
        f"/etc/{revision}",
        f"{store.url}/../{revision}",
        f"{store.url}/a/{revision}",
        f"s3://b/{revision}",
        "",
    ):
        with pytest.raises(AdapterInvalid):
            store.revision_at(uri)
    for name in ("../house@0123456789ab", "house", ""):
        with pytest.raises(AdapterInvalid):
            store.fetch(name)


def test_a_copy_that_went_bad_is_fetched_again(s3: str, tmp_path: Path) -> None:
    url = f"s3://adapters/{tmp_path.name}?endpoint_override={s3}"
    put = AdapterStore(url, tmp_path / "a").put(ORIGIN, _write)
    store = AdapterStore(url, tmp_path / "b")
    weights = store.fetch(put.revision).folder / "adapter_model.safetensors"
    weights.write_bytes(b"other")
    assert store.fetch(put.revision).files == put.files
    assert weights.read_bytes() == b"weights" * 1000


def test_what_was_tampered_with_in_the_bucket_never_gets_a_folder(s3: str, tmp_path: Path) -> None:
    url = f"s3://adapters/{tmp_path.name}?endpoint_override={s3}"
    put = AdapterStore(url, tmp_path / "a").put(ORIGIN, _write)
    prefix = f"{tmp_path.name}/{put.revision}"
    client = boto3.client("s3", endpoint_url=s3)
    manifest = json.loads((put.folder / "manifest.json").read_text())
    # Sound in itself, but not what its name says.
    client.put_object(Bucket="adapters", Key=f"{prefix}/manifest.json", Body=json.dumps(manifest | {"rank": 8}))
    store = AdapterStore(url, tmp_path / "b")
    with pytest.raises(AdapterInvalid, match="under the name"):
        store.fetch(put.revision)
    client.put_object(Bucket="adapters", Key=f"{prefix}/adapter_model.safetensors", Body=b"other")
    with pytest.raises(AdapterInvalid, match="sha256"):
        store.fetch(put.revision)
    assert list((tmp_path / "b").iterdir()) == []


def test_two_that_fetch_at_once_get_one_whole_folder(s3: str, tmp_path: Path) -> None:
    url = f"s3://adapters/{tmp_path.name}?endpoint_override={s3}"
    put = AdapterStore(url, tmp_path / "a").put(ORIGIN, _write)
    fetched: list[str] = []
    threads = [
        threading.Thread(target=lambda: fetched.append(AdapterStore(url, tmp_path / "b").fetch(put.revision).revision))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetched == [put.revision] * 4
    assert [path.name for path in (tmp_path / "b").iterdir()] == [put.revision]


def test_the_cache_keeps_what_was_used_last_and_what_is_in_use(s3: str, tmp_path: Path) -> None:
    url = f"s3://adapters/{tmp_path.name}?endpoint_override={s3}"
    trainer = AdapterStore(url, tmp_path / "a")
    revisions = [trainer.put(AdapterOrigin(f"n{n}", "", 1, (), "", ""), _write).revision for n in range(4)]
    store = AdapterStore(url, tmp_path / "b", keep=2)
    for age, revision in enumerate(reversed(revisions)):
        os.utime(store.fetch(revision).folder, (age, age))
    store.trim(using=[revisions[3]])
    assert {path.name for path in (tmp_path / "b").iterdir()} == {revisions[0], revisions[1], revisions[3]}
    # Fetched again when it is asked for.
    assert store.fetch(revisions[2]).revision == revisions[2]
    trainer.trim()
    assert trainer.fetch(revisions[2]).revision == revisions[2]


def test_a_local_store_is_never_trimmed(tmp_path: Path) -> None:
    store = AdapterStore(str(tmp_path), tmp_path / "unused", keep=0)
    revision = store.put(ORIGIN, _write).revision
    store.trim()
    assert store.revisions() == [revision]
    assert not (tmp_path / "unused").exists()


def test_a_server_that_is_away_is_told_from_a_revision_that_is_not_there(tmp_path: Path, s3: str) -> None:
    gone = AdapterStore("s3://adapters/p?endpoint_override=http://127.0.0.1:9", tmp_path)
    with pytest.raises(StoreUnreachable, match="s3://adapters/p: "):
        gone.fetch("house@0123456789ab")
    with pytest.raises(StoreUnreachable):
        gone.put(ORIGIN, _write)
    nowhere = AdapterStore(f"s3://no-such-bucket/p?endpoint_override={s3}", tmp_path)
    with pytest.raises(StoreUnreachable, match="does not exist"):
        nowhere.fetch("house@0123456789ab")


def test_the_environment_names_the_server(tmp_path: Path, s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3)
    store = AdapterStore(f"s3://adapters/{tmp_path.name}", tmp_path / "a")
    revision = store.put(ORIGIN, _write).revision
    assert AdapterStore(f"s3://adapters/{tmp_path.name}", tmp_path / "b").fetch(revision).origin == ORIGIN


def test_manifests_from_before_lineage_keep_their_names(tmp_path: Path) -> None:
    # As written by the release before: these bytes make this name.
    manifest = (
        b'{"base_model_sha256":"' + b"ab" * 32 + b'","files":{},"name":"house","parent":"","rank":4,'
        b'"target_modules":["q_proj","v_proj"],"training_run_id":"run-1"}'
    )
    folder = tmp_path / "house@bb2b76566b64"
    folder.mkdir()
    (folder / "manifest.json").write_bytes(manifest)
    old = AdapterOrigin("house", "ab" * 32, 4, ("q_proj", "v_proj"), "", "run-1")
    assert read_adapter(folder).origin == old
    assert AdapterStore(str(tmp_path), tmp_path).fetch(folder.name).revision == folder.name
    assert AdapterStore(str(tmp_path / "new"), tmp_path).put(old, lambda _: None).revision == folder.name


def test_the_digest_of_signals_does_not_depend_on_their_order() -> None:
    assert DataLineage.digest_of(["b", "a"]) == DataLineage.digest_of(iter(["a", "b"]))
    # printf 'a\nb\n' | sha256sum
    assert LINEAGE.signals_sha256 == "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2"
