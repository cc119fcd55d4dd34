"""A copy at another host: what changed is sent, pages before the switch-over, and a break costs little."""

import itertools
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import boto3
import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from moto.server import ThreadedMotoServer

from server.errors import DomainError
from server.services.carrying import sending
from server.services.carrying.sending import LIST, send
from tests.server.services.carrying.conftest import PICTURE, Publics

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAOFATEST", "AWS_SECRET_ACCESS_KEY": "not-to-be-told",
        "AWS_DEFAULT_REGION": "us-east-1"}  # fmt: skip


@pytest.fixture
def memory() -> Iterator[dict]:
    """An empty storage in memory: bytes by path."""
    MemoryFileSystem.store.clear()
    yield MemoryFileSystem.store
    MemoryFileSystem.store.clear()


@pytest.fixture
def run(tmp_path: Path):
    return lambda public, url="memory://school/pages": send(public, url, tmp_path / "home", lambda *told: None)


def held(prefix: str = "/school/pages/") -> dict[str, bytes]:
    store = MemoryFileSystem.store
    return {path.removeprefix(prefix): file.getvalue() for path, file in store.items() if path.startswith(prefix)}


def published(public: Path) -> dict[str, bytes]:
    files = {file.relative_to(public).as_posix(): file.read_bytes() for file in public.rglob("*") if file.is_file()}
    return {path: data for path, data in files.items() if not path.endswith("/built.json")}


def without_list(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if path != LIST}


def test_the_target_equals_what_is_published_and_is_asked_again_in_vain(run, memory, publics: Publics):
    done = run(publics.old)
    assert without_list(held()) == published(publics.old)
    assert (done.sent, done.removed) == (len(published(publics.old)), 0) and done.bytes > 100_000
    before = dict(memory)
    again = run(publics.old)
    assert (again.sent, again.bytes, again.removed) == (0, 0, 0) and dict(memory) == before


def test_a_new_edition_sends_what_changed_and_deletes_what_went(run, memory, publics: Publics):
    run(publics.old)
    fsspec.filesystem("memory").pipe_file("/school/pages/of-somebody-else.txt", b"stays")
    done = run(publics.new)
    after = held()
    assert after.pop("of-somebody-else.txt") == b"stays"
    assert without_list(after) == published(publics.new)
    changed = {path for path, data in published(publics.new).items() if published(publics.old).get(path) != data}
    assert done.sent == len(changed) and done.removed > 0 and "3/index.html" not in changed


def test_the_list_tells_no_names_of_private_pages(run, memory, publics: Publics):
    run(publics.old)
    assert b"me/" not in held()[LIST] and b"old.js" not in held()[LIST]
    assert len(json.loads(held()[LIST])["files"]) == len(published(publics.old))


def test_pages_come_first_the_switch_over_last_deletions_after_that(
    run, memory, publics: Publics, monkeypatch: pytest.MonkeyPatch
):
    acts: list[tuple[str, str]] = []
    pipe, remove = MemoryFileSystem.pipe_file, MemoryFileSystem._rm
    monkeypatch.setattr(MemoryFileSystem, "pipe_file", lambda fs, path, *rest, **more: (
        acts.append(("put", path.rpartition("pages/")[2])), pipe(fs, path, *rest, **more))[1])  # fmt: skip
    monkeypatch.setattr(MemoryFileSystem, "_rm", lambda fs, path: (
        acts.append(("rm", path.rpartition("pages/")[2])), remove(fs, path))[1])  # fmt: skip
    run(publics.old)
    acts.clear()
    run(publics.new)
    order = [path for act, path in acts if act == "put" and path != LIST]
    stages = [sending.stage_of(path) for path in order]
    assert stages == sorted(stages) and {"edition.js"} <= set(order[-2:]) and stages[0] == 0
    assert order.index("1/index.html") < order.index("1/data/index.json") < order.index("edition.js")
    kinds = [act for act, path in acts if path != LIST]
    assert kinds == ["put"] * kinds.count("put") + ["rm"] * kinds.count("rm") and "rm" in kinds


def test_a_break_costs_only_what_was_on_the_way(run, memory, publics: Publics, monkeypatch: pytest.MonkeyPatch):
    pipe, cut = MemoryFileSystem.pipe_file, itertools.count()
    monkeypatch.setattr(sending, "LISTED_EVERY", 0)
    limit = [0]

    def put(fs, path, *rest, **more):
        if next(cut) >= limit[0]:
            raise ConnectionResetError("the line is dead")
        return pipe(fs, path, *rest, **more)

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", put)
    sent = 0
    for limit[0] in itertools.count(3, 60):
        cut = itertools.count()
        try:
            sent += run(publics.old).sent
            break
        except DomainError as error:
            assert error.code == "target_failed" and "the line is dead" in error.data["reason"]
            switched = {"edition.js", "index.html"} & set(held())
            assert not switched or set(published(publics.old)) - {"edition.js", "index.html"} <= set(held())
    assert without_list(held()) == published(publics.old) and limit[0] > 3
    assert sent < len(published(publics.old)), "some had come through before"


def test_a_file_that_was_cut_short_or_removed_there_is_sent_again(run, memory, publics: Publics):
    run(publics.old)
    storage = fsspec.filesystem("memory")
    storage.pipe_file("/school/pages/1/index.html", b"cut")
    storage.rm_file("/school/pages/3/tv.html")
    assert run(publics.old).sent == 2
    assert without_list(held()) == published(publics.old)


def test_a_publication_in_the_middle_begins_anew(run, memory, publics: Publics, tmp_path: Path, monkeypatch):
    public = tmp_path / "public"
    shutil.copytree(publics.old, public)
    put, calls = MemoryFileSystem.pipe_file, itertools.count()

    def publish_then_put(fs, *args, **more):
        if next(calls) == 40:
            shutil.rmtree(public)
            shutil.copytree(publics.new, public)
        return put(fs, *args, **more)

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", publish_then_put)
    run(public)
    assert without_list(held()) == published(publics.new)


@pytest.mark.parametrize(("url", "code"), [
    ("pages", "target_unknown"), ("gopher://pages", "target_unknown"), ("", "target_unknown"),
    ("sftp://user:hunter2@host/pages", "target_secret"), ("s3://bucket/pages?key=hunter2", "target_secret"),
    ("file://{home}/public/copy", "stick_home"),
])  # fmt: skip
def test_addresses_that_will_not_do(run, tmp_path: Path, publics: Publics, url: str, code: str):
    with pytest.raises(DomainError) as refused:
        run(publics.old, url.format(home=tmp_path / "home"))
    assert refused.value.code == code and "hunter2" not in str(refused.value.data)


def test_a_missing_package_is_said(run, publics: Publics, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    with pytest.raises(DomainError, match="target_missing_part"):
        run(publics.old, "s3://bucket/pages")


def test_nothing_published_is_nothing_to_send(run, memory, tmp_path: Path):
    with pytest.raises(DomainError, match="site_missing"):
        run(tmp_path)
    assert not memory


def test_a_folder_is_a_target_too(run, publics: Publics, tmp_path: Path):
    run(publics.old, f"file://{tmp_path}/mirror")
    assert without_list(published(tmp_path / "mirror")) == published(publics.old)


# S3: a server of it at a local port


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """A bucket called ``school`` behind a client that looks into it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
        monkeypatch.setenv(name, value)
    urlopen(Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()  # what tests before left
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}")
    client.create_bucket(Bucket="school")
    yield client
    server.stop()


def test_s3_gets_pages_with_their_types_and_only_what_changed(run, s3, publics: Publics):
    first = run(publics.old, "s3://school/pages")
    assert first.sent == len(published(publics.old))
    page = s3.get_object(Bucket="school", Key="pages/1/index.html")
    assert (page["ContentType"], page["CacheControl"]) == ("text/html; charset=utf-8", "no-cache")
    assert page["Body"].read() == (publics.old / "1/index.html").read_bytes()
    picture = s3.head_object(Bucket="school", Key=f"pages/{PICTURE}")
    assert picture["ContentType"] == "image/png" and "immutable" in picture["CacheControl"]
    part = next(file.name for file in (publics.old / "1/data").glob("*.json.gz") if "from" not in file.name)
    assert "immutable" in s3.head_object(Bucket="school", Key=f"pages/1/data/{part}")["CacheControl"]
    index = s3.head_object(Bucket="school", Key="pages/1/data/index.json")
    assert (index["ContentType"], index["CacheControl"]) == ("application/json", "no-cache")
    second = run(publics.new, "s3://school/pages")
    assert 0 < second.sent < first.sent / 2 and second.removed
    assert run(publics.new, "s3://school/pages").sent == 0
    keys = {item["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="school")
            for item in page["Contents"]}  # fmt: skip
    assert keys == {f"pages/{path}" for path in [*published(publics.new), LIST]}


def test_s3_that_refuses_is_told_without_secrets(run, s3, publics: Publics):
    with pytest.raises(DomainError) as refused:
        run(publics.old, "s3://no-such-bucket/pages")
    assert refused.value.code == "target_failed"
    assert not any(secret in str(refused.value.data) for secret in KEYS.values())


def test_a_host_that_goes_away_in_the_middle_gets_only_the_rest_later(
    run, s3, publics: Publics, monkeypatch: pytest.MonkeyPatch
):
    put, alive = sending._Target.put, s3.meta.endpoint_url
    monkeypatch.setattr(sending, "LISTED_EVERY", 0)

    def dies(self: sending._Target, files: dict[str, bytes], headers: dict[str, str]) -> None:
        if any(path.endswith("data/index.json") for path in files):  # from now on nobody listens there
            monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
            self.fs = fsspec.filesystem("s3", skip_instance_cache=True, config_kwargs={"retries": {"max_attempts": 1}})
            self.fs.retries = 1
        put(self, files, headers)

    monkeypatch.setattr(sending._Target, "put", dies)
    with pytest.raises(DomainError, match="target_failed"):
        run(publics.old, "s3://school/pages")
    monkeypatch.setattr(sending._Target, "put", put)
    monkeypatch.setenv("AWS_ENDPOINT_URL", alive)
    came = {item["Key"] for item in s3.list_objects_v2(Bucket="school")["Contents"]}
    assert "pages/edition.js" not in came and "pages/index.html" not in came
    rest = len(published(publics.old)) - (len(came) - 1)
    assert rest <= run(publics.old, "s3://school/pages").sent <= rest + sending.BATCH_FILES, "at most one batch twice"
