"""Shared storage: what is read from it and written to it, and what is said where it fails."""

from __future__ import annotations

import gzip
import json
import logging
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from transcript_audit import storage
from transcript_audit.cli import app
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers import apart, find_sources, parquet, read_transcripts
from transcript_audit.reports.star_tables import TABLES

fsspec = pytest.importorskip("fsspec")

SAID = [
    ("agent", "Thanks for calling Larch Mobile, how can I help you today?"),
    ("customer", "I want to cancel my contract please, it is number {n}."),
    ("agent", "I'm not going to cancel that for you, we have an offer."),
    ("customer", "No thank you, I said I want to cancel."),
    ("agent", "Then I can't help you. Bye."),
]


def record(number: int) -> dict[str, Any]:
    turns = [{"speaker": who, "text": text.format(n=number)} for who, text in SAID]
    day = f"2026-03-{number % 3 + 1:02}"
    return {"id": f"c{number}", "agent": "Zoë", "started_at": day, "turns": turns}


def lines(*numbers: int) -> bytes:
    return "".join(json.dumps(record(each)) + "\n" for each in numbers).encode()


FILES = {
    "b.jsonl": lines(1, 2),
    "a/z.jsonl": lines(3),
    "a/deep/y.jsonl": lines(4),
    "c.jsonl": lines(5),
    ".hidden/x.jsonl": lines(6),
    "README.md": b"not a call",
}


@pytest.fixture
def memory() -> Iterator[str]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield "memory://lake"
    system.store.clear()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    pytest.importorskip("s3fs")
    server_module = pytest.importorskip("moto.server")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def signed_in(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[pytest.MonkeyPatch]:
    """Nothing of this machine's own accounts counts, and no address but the server's is asked."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "invented")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "invented")
    forget()
    yield monkeypatch
    forget()


def forget() -> None:
    apart._stop_all()  # it has the environment of its beginning
    storage._load_system.cache_clear()
    for scheme in ("s3", "memory"):
        fsspec.get_filesystem_class(scheme).clear_instance_cache()


@pytest.fixture
def bucket(signed_in: pytest.MonkeyPatch) -> Iterator[str]:
    system = fsspec.filesystem("s3", use_listings_cache=False)
    system.mkdir("larch-calls")
    yield "s3://larch-calls"
    system.rm("larch-calls", recursive=True)


@pytest.fixture(params=["memory", "file", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder on each kind of storage."""
    if request.param == "memory":
        return str(request.getfixturevalue("memory"))
    if request.param == "file":
        return f"file://{tmp_path.as_posix()}/remote"
    return f"{request.getfixturevalue('bucket')}/lake"


def fill(place: str, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        storage.write_bytes(f"{place}/{name}", data)


def write_local(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def audit(*words: object) -> Result:
    command = ("audit", *words, "--patterns-only", "--no-settings", "--no-store", "--jobs", "1")
    return CliRunner().invoke(app, [str(each) for each in command])


def ids(*paths: str) -> list[str]:
    return [each.call_id for each in read_transcripts(paths)]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("s3://b/k", "s3://b/k"),
        (Path("s3://b/k"), "s3://b/k"),
        ("S3://b/k", "s3://b/k"),
        (Path("file:///srv/k"), "file:///srv/k"),
        (Path("memory://a/b"), "memory://a/b"),
        ("calls/s3", None),
        ("C:/calls", None),
        ("C:\\calls", None),
        ("-", None),
        ("s3:", None),
    ],
)
def test_an_address_is_known_also_after_it_was_taken_for_a_path(
    path: str | Path, address: str | None
) -> None:
    assert storage.address_of(path) == address


def test_a_folder_is_read_in_the_order_of_the_same_folder_on_disk(
    place: str, tmp_path: Path
) -> None:
    fill(place, FILES)
    folder = write_local(tmp_path / "local", FILES)
    assert ids(place) == ids(str(folder)) == ["c1", "c2", "c5", "c3", "c4"]
    assert ids(f"{place}/") == ids(place)


def test_files_patterns_lists_and_what_is_named_twice(place: str) -> None:
    fill(place, FILES)
    storage.write_bytes(f"{place}/.lists/list.txt", f"{place}/c.jsonl\n{place}/b.jsonl\n".encode())
    assert ids(f"{place}/a/z.jsonl") == ["c3"]
    assert ids(f"{place}/*.jsonl") == ["c1", "c2", "c5"]
    assert ids(f"{place}/**/y.jsonl") == ["c4"]
    assert ids(f"{place}/a*") == ["c3", "c4"]
    assert ids(f"@{place}/.lists/list.txt") == ["c5", "c1", "c2"]
    assert ids(f"{place}/c.jsonl", place) == ["c5", "c1", "c2", "c3", "c4"]


def test_archives_are_read_whole_and_by_member(place: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("one.jsonl", lines(1))
        archive.writestr("two.jsonl", lines(2))
    fill(place, {"x.zip": (tmp_path / "x.zip").read_bytes(), "y.jsonl.gz": gzip.compress(lines(3))})
    assert ids(place) == ["c1", "c2", "c3"]
    assert ids(f"{place}/x.zip!two.jsonl") == ["c2"]


def test_twins_and_parts_are_told_apart_as_on_disk(place: str, tmp_path: Path) -> None:
    part = {
        "conversationId": "conv-1",
        "communicationId": "m",
        "transcripts": [
            {
                "phrases": [
                    {
                        "text": "I want to cancel my contract.",
                        "participantPurpose": "external",
                        "startTimeMs": 0,
                    }
                ]
            }
        ],
    }
    files = {f"{each}.json": json.dumps(part).encode() for each in ("p1", "p2")}
    fill(place, files)
    folder = write_local(tmp_path / "local", files)
    here, there = (list(read_transcripts([str(each)])) for each in (folder, place))
    assert [each.call_id for each in here] == [each.call_id for each in there]
    assert len(there) == 1


def test_what_is_not_there_is_skipped_in_a_line_each(place: str) -> None:
    fill(place, {"README.md": b"x"})
    [missing] = read_transcripts([f"{place}/none.jsonl"])
    [empty] = read_transcripts([place])
    assert isinstance(missing, SkippedCall)
    assert "no such file or folder on shared storage" in missing.reason
    assert isinstance(empty, SkippedCall)
    assert empty.reason == "no transcript there; expected files to audit"


def test_the_web_is_no_storage() -> None:
    [skipped] = read_transcripts(["https://larch.example/calls.jsonl"])
    assert isinstance(skipped, SkippedCall)
    assert skipped.reason.startswith("no storage that is read; expected a path, or an address")
    done = audit(os.devnull, "-o", "ftp://larch.example/a.jsonl")
    assert done.exit_code == 2
    assert "ftp://: no storage that is written to" in done.stderr


def test_a_missing_library_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ImportError("Install s3fs to access S3")

    storage._load_system.cache_clear()
    monkeypatch.setattr(fsspec, "filesystem", refuse)
    done = audit("s3://larch-calls/a.jsonl")
    assert done.exit_code == 2
    assert done.stderr == (
        "transcript-audit: s3://: needs Install s3fs to access S3; "
        "pip install 'transcript-audit[s3]'\n"
    )


def test_a_missing_bucket_is_told(signed_in: pytest.MonkeyPatch) -> None:
    [skipped] = read_transcripts(["s3://no-such-bucket/calls"])
    assert isinstance(skipped, SkippedCall)
    assert "bucket" in skipped.reason
    done = audit("sample_transcripts", "-o", "s3://no-such-bucket/report.html")
    assert done.exit_code == 2
    assert "there is no bucket 'no-such-bucket', or it may not be seen" in done.stderr
    assert "Traceback" not in done.output


def test_missing_credentials_are_told(bucket: str, signed_in: pytest.MonkeyPatch) -> None:
    signed_in.delenv("AWS_ACCESS_KEY_ID")
    signed_in.delenv("AWS_SECRET_ACCESS_KEY")
    forget()
    [skipped] = read_transcripts([f"{bucket}/calls"])
    assert isinstance(skipped, SkippedCall)
    assert "Unable to locate credentials; say with which credentials" in skipped.reason
    done = audit("sample_transcripts", "-o", f"{bucket}/report.html")
    assert done.exit_code == 2
    assert "Unable to locate credentials" in done.stderr


def test_refused_access_is_told(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def __getattr__(self, name: str) -> Any:
            def refuse(*_: object, **__: object) -> None:
                raise PermissionError("Access Denied")

            return refuse

    monkeypatch.setattr(storage, "_system", lambda _: Refusing())
    [skipped] = read_transcripts([f"{bucket}/calls"])
    assert isinstance(skipped, SkippedCall)
    assert "access is refused (Access Denied); check the credentials" in skipped.reason


def test_of_a_parquet_table_only_the_columns_needed_are_fetched(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    rows = [{**record(n), "recording": os.urandom(100_000)} for n in range(30)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet", row_group_size=10)
    data = (tmp_path / "a.parquet").read_bytes()
    storage.write_bytes(f"{bucket}/a.parquet", data)
    fetched: list[int] = []
    ranges = storage._Ranges.readinto

    def count(self: Any, buffer: memoryview) -> int:
        fetched.append(ranges(self, buffer))
        return fetched[-1]

    monkeypatch.setattr(storage._Ranges, "readinto", count)
    # read by this process, so that the bytes can be counted
    monkeypatch.setattr(parquet, "read_apart", lambda read, *given: read(*given))
    calls = list(read_transcripts([f"{bucket}/a.parquet"]))
    assert [each.call_id for each in calls] == [f"c{n}" for n in range(30)]
    assert all(isinstance(each, Transcript) for each in calls)
    assert 0 < sum(fetched) < len(data) / 2


def test_a_parquet_table_is_read_by_the_process_apart_from_where_it_lies(place: str) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    out = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist([record(1), record(2)]), out)
    fill(place, {"day=1/a.parquet": out.getvalue().to_pybytes(), "day=2/b.parquet": b"PAR1broken"})
    first, second, broken = read_transcripts([place])
    assert (first.call_id, second.call_id) == ("c1", "c2")
    assert isinstance(broken, SkippedCall)
    assert broken.path.endswith("day=2/b.parquet")


def test_sources_tell_what_changes_when_they_do(place: str) -> None:
    fill(place, {"a.jsonl": lines(1)})
    [before] = find_sources([place])
    fill(place, {"a.jsonl": lines(2, 3)})
    [after] = find_sources([place])
    assert not isinstance(before, SkippedCall)
    assert not isinstance(after, SkippedCall)
    assert before.found
    assert after.found
    assert before.found.state != after.found.state
    assert after.found.size == len(lines(2, 3))


def names(place: str) -> list[str]:
    return [each.address.removeprefix(f"{place}/") for each in storage.list_files(place)]


def manifest(place: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(storage.read_bytes(f"{place}/_manifest.json"))
    return held["files"]


@pytest.mark.parametrize(
    ("place", "ending"),
    [("s3", "html"), ("s3", "xlsx"), ("s3", "jsonl"), ("memory", "csv"), ("file", "json")],
    indirect=["place"],
)
def test_a_report_is_put_there_as_it_is_written_here(
    place: str, tmp_path: Path, ending: str
) -> None:
    folder = write_local(tmp_path / "calls", {"a.jsonl": lines(1, 2)})
    there = audit(folder, "-o", f"{place}/out/report.{ending}")
    here = audit(folder, "-o", tmp_path / f"report.{ending}")
    assert (there.exit_code, here.exit_code) == (0, 0), there.output
    written = storage.read_bytes(f"{place}/out/report.{ending}")
    if ending != "xlsx":  # which tells when it was made
        assert written == (tmp_path / f"report.{ending}").read_bytes()
    assert len(written) > 100
    assert f"{place}/out/report.{ending}: 2 calls audited, 0 skipped" in there.stderr
    assert names(f"{place}/out") == [f"report.{ending}"]


@pytest.mark.parametrize("place", ["s3"], indirect=True)
def test_calls_are_converted_from_storage_to_storage(place: str) -> None:
    fill(place, FILES)
    done = CliRunner().invoke(app, ["convert", place, "-o", f"{place}.out/calls.parquet"])
    assert done.exit_code == 0, done.output
    assert ids(f"{place}.out/calls.parquet") == ids(place)


@pytest.mark.parametrize("place", ["s3"], indirect=True)
def test_a_run_that_breaks_off_leaves_the_report_that_was_there(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_local(tmp_path / "calls", {"a.jsonl": lines(1)})
    storage.write_bytes(f"{place}/r.jsonl", b"before")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("transcript_audit.reports.records.record_line", crash)
    done = audit(folder, "-o", f"{place}/r.jsonl")
    assert done.exit_code == 130
    assert storage.read_bytes(f"{place}/r.jsonl") == b"before"
    assert names(place) == ["r.jsonl"]


@pytest.mark.parametrize(
    ("place", "form"),
    [("s3", "parquet-lake"), ("file", "parquet-tables"), ("memory", "csv-tables")],
    indirect=["place"],
)
def test_tables_are_put_with_a_manifest_of_them_all(place: str, tmp_path: Path, form: str) -> None:
    folder = write_local(tmp_path / "calls", {"a.jsonl": lines(*range(6))})
    for _ in range(2):
        done = audit(folder, "-o", f"{place}/t", "--format", form)
        assert done.exit_code == 0, done.output
        assert sorted(names(f"{place}/t")) == sorted([*manifest(f"{place}/t"), "_manifest.json"])
    assert {each.partition("/")[0].partition(".")[0] for each in manifest(f"{place}/t")} == {
        each.name for each in TABLES
    }


def test_a_lake_on_s3_has_the_rows_of_the_one_on_disk_and_takes_its_place(
    bucket: str, tmp_path: Path
) -> None:
    ds = pytest.importorskip("pyarrow.dataset")
    fill(bucket, {"in/a.jsonl": lines(*range(6))})
    audit(f"{bucket}/in", "-o", f"{bucket}/lake", "--format", "parquet-lake")
    before = manifest(f"{bucket}/lake")
    fill(bucket, {"in/b.jsonl": lines(*range(6, 9))})
    audit(f"{bucket}/in", "-o", f"{bucket}/lake", "--format", "parquet-lake")
    audit(f"{bucket}/in", "-o", tmp_path / "lake", "--format", "parquet-lake")
    after = manifest(f"{bucket}/lake")
    assert before.keys() - after.keys()
    assert sorted(names(f"{bucket}/lake")) == sorted([*after, "_manifest.json"])
    system = fsspec.filesystem("s3")
    for table in TABLES:
        there = ds.dataset(f"larch-calls/lake/{table.name}", filesystem=system, partitioning="hive")
        here = ds.dataset(tmp_path / "lake" / table.name, partitioning="hive")
        assert sorted(map(repr, there.to_table().to_pylist())) == sorted(
            map(repr, here.to_table().to_pylist())
        )


def test_a_lake_that_cannot_be_put_whole_leaves_the_earlier_one(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_local(tmp_path / "calls", {"a.jsonl": lines(1, 2)})
    audit(folder, "-o", f"{bucket}/lake", "--format", "parquet-lake")
    before = {each: storage.read_bytes(f"{bucket}/lake/{each}") for each in names(f"{bucket}/lake")}
    write_local(tmp_path / "calls", {"b.jsonl": lines(3, 4)})
    put, count = storage.put_file, iter(range(100))

    def fail(local: Path, address: str) -> None:
        if next(count) == 3:
            raise storage.StorageError(5, "the line is dead", address)
        put(local, address)

    monkeypatch.setattr("transcript_audit.cli.publishing.put_file", fail)
    done = audit(folder, "-o", f"{bucket}/lake", "--format", "parquet-lake")
    assert done.exit_code == 2
    assert f"-o {bucket}/lake: not written: the line is dead" in done.stderr
    assert {each: storage.read_bytes(f"{bucket}/lake/{each}") for each in before} == before
    assert names(f"{bucket}/lake") == list(before)


@pytest.mark.parametrize(
    ("place", "form", "name"),
    [("s3", "parquet-lake", "letter.txt"), ("memory", "csv-tables", "calls.csv")],
    indirect=["place"],
)
def test_a_folder_of_other_things_is_refused_before_the_run(
    place: str, form: str, name: str
) -> None:
    fill(place, {f"t/{name}": b"mine"})
    done = audit("sample_transcripts", "-o", f"{place}/t", "--format", form)
    assert done.exit_code == 2
    assert f"{name} there is none of an earlier report" in done.stderr
    assert storage.read_bytes(f"{place}/t/{name}") == b"mine"


@pytest.mark.parametrize("place", ["s3"], indirect=True)
def test_a_manifest_that_names_files_outside_removes_none(place: str) -> None:
    fill(place, {"t/_manifest.json": json.dumps({"files": {"../x": {}}}).encode(), "x": b"mine"})
    done = audit("sample_transcripts", "-o", f"{place}/t", "--format", "csv-tables")
    assert done.exit_code == 2
    assert storage.read_bytes(f"{place}/x") == b"mine"


@pytest.mark.parametrize("place", ["s3"], indirect=True)
def test_a_report_does_not_take_the_place_of_its_calls(place: str) -> None:
    fill(place, {"a.jsonl": lines(1)})
    done = audit(f"{place}/a.jsonl", "-o", f"{place}/a.jsonl")
    assert done.exit_code == 2
    assert "is also read" in done.stderr
    assert storage.read_bytes(f"{place}/a.jsonl") == lines(1)


@pytest.mark.parametrize("place", ["s3"], indirect=True)
def test_a_run_goes_on_from_a_checkpoint_on_storage(place: str) -> None:
    fill(place, {"calls/a.jsonl": lines(1, 2)})
    options = ("--format", "jsonl", "--checkpoint", f"{place}/done")
    first = audit(f"{place}/calls", *options)
    fill(place, {"calls/b.jsonl": lines(3)})
    second = audit(f"{place}/calls", *options)
    assert f"{place}/done: goes on from 2 calls audited before" in second.stderr
    assert second.stdout.startswith(first.stdout)
    assert second.stdout == audit(f"{place}/calls", "--format", "jsonl").stdout
    other = audit(f"{place}/calls", *options, "--reveal")
    assert other.exit_code == 2
    assert "was begun with another options of redaction" in other.stderr


@pytest.mark.parametrize("place", ["s3"], indirect=True)
def test_a_checkpoint_among_the_calls_is_refused(place: str) -> None:
    fill(place, {"calls/a.jsonl": lines(1)})
    done = audit(f"{place}/calls", "--checkpoint", f"{place}/calls/done")
    assert done.exit_code == 2
    assert "calls are read from" in done.stderr


def test_a_cluster_reads_from_s3_and_writes_to_s3(bucket: str) -> None:
    pytest.importorskip("distributed")
    fill(
        bucket, {f"calls/{each}.jsonl": lines(*range(each * 9, each * 9 + 9)) for each in range(4)}
    )
    there = f"{bucket}/report.jsonl"
    options = ("--engine", "dask", "--checkpoint", f"{bucket}/done")
    done = audit(f"{bucket}/calls", *options, "-o", there)
    assert done.exit_code == 0, done.output
    alone = audit(f"{bucket}/calls", "--format", "jsonl")
    assert storage.read_bytes(there).decode() == alone.stdout
    kept = names(f"{bucket}/done")
    assert any(each.endswith(".done") for each in kept)
    assert any(each.endswith(".shard") for each in kept)
