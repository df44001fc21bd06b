"""A store that cannot be used: one clear line, no harm, and no password."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from kept import BOOK, keep_all, made_up_calls, make_transcript
from sqlalchemy import event, inspect

from transcript_audit.errors import ConfigurationError
from transcript_audit.history import (
    NoStoreError,
    StoreError,
    StorePlace,
    find_store,
    open_store,
    opening,
    read_audits,
    schema,
    steps,
    summarise_store,
)
from transcript_audit.history.schema import audits, store_version

PASSWORD = "hunter2"  # noqa: S105 - of nobody
UNREACHABLE = f"postgresql://ada:{PASSWORD}@127.0.0.1:1/audits"


@pytest.fixture
def kept(place: StorePlace) -> StorePlace:
    """A store of three calls."""
    with open_store(place) as store:
        keep_all(store, made_up_calls(0, 3))
    return place


def refuse(place: StorePlace, writing: bool = True, busy_seconds: float = 0.2) -> str:
    with pytest.raises(StoreError) as error:
        open_store(place, writing=writing, busy_seconds=busy_seconds).close()
    line = str(error.value)
    assert "\n" not in line
    assert line.startswith("store ")
    assert "sqlite3." not in line
    assert "psycopg" not in line
    return line


def test_a_store_is_the_file_or_address_named() -> None:
    assert find_store("audits.db").file == Path("audits.db")
    assert find_store("~/a b?.db").file == Path.home() / "a b?.db"
    assert find_store("sqlite:///rel.db").file == Path("rel.db")
    assert find_store("sqlite:////abs/a.db").file == Path("/abs/a.db")
    for name in ("postgresql", "postgres", "postgresql+psycopg"):
        place = find_store(f"{name}://ada:{PASSWORD}@db/audits")
        assert str(place) == "postgresql://ada:***@db/audits"
        assert place.url is not None
        assert place.url.password == PASSWORD


def test_a_store_not_named_lies_in_the_users_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert find_store().file == tmp_path / "transcript-audit" / "audits.db"
    assert find_store().file is not None


@pytest.mark.parametrize(
    "name", ["", "mysql://x/y", "sqlite:///", "postgresql://ada:hunter2@db:port/x"]
)
def test_a_name_that_is_no_place_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"expected|names no file") as error:
        find_store(name)
    assert PASSWORD not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "audits.db"
    open_store(StorePlace(file=file)).close()
    assert file.stat().st_mode & 0o777 == 0o600


def test_names_with_marks_of_addresses_are_files_like_others(tmp_path: Path) -> None:
    file = tmp_path / "a b?mode=ro#%41é.db"
    with open_store(StorePlace(file=file)) as store:
        keep_all(store, made_up_calls(0, 1))
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_reading_makes_no_store(place: StorePlace) -> None:
    with pytest.raises(NoStoreError, match="transcript-audit audit"):
        open_store(place, writing=False)
    if place.file:
        assert not place.file.exists()


def test_a_folder_or_a_missing_folder_is_told(tmp_path: Path) -> None:
    assert "is a folder" in refuse(StorePlace(file=tmp_path))
    assert "there is no folder" in refuse(StorePlace(file=tmp_path / "no" / "audits.db"))


@pytest.mark.parametrize("writing", [True, False])
def test_what_is_no_database_is_left_as_it_is(tmp_path: Path, writing: bool) -> None:
    file = tmp_path / "notes.db"
    file.write_text("these are my notes\n" * 100, encoding="utf-8")
    before = file.read_bytes()
    assert "is not a store" in refuse(StorePlace(file=file), writing)
    assert file.read_bytes() == before


@pytest.mark.parametrize("writing", [True, False])
@pytest.mark.parametrize("table", ["songs", "audits"])
def test_the_database_of_something_else_is_left_as_it_is(
    tmp_path: Path, writing: bool, table: str
) -> None:
    file = tmp_path / "music.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"CREATE TABLE {table} (id)")
    before = file.read_bytes()
    assert "of something else" in refuse(StorePlace(file=file), writing)
    assert file.read_bytes() == before


def test_a_database_shared_with_others_keeps_their_tables(postgresql_place: StorePlace) -> None:
    with open_store(postgresql_place) as store, store.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE songs (id int)")
    with open_store(postgresql_place) as store:
        assert "songs" in inspect(store.engine).get_table_names()


def test_a_table_of_anothers_of_the_same_name_is_not_touched(postgresql_place: StorePlace) -> None:
    with open_store(postgresql_place) as store, store.begin() as connection:
        schema.TABLES.drop_all(connection)
        connection.exec_driver_sql("CREATE TABLE audits (id int)")
    assert "of something else" in refuse(postgresql_place)


@pytest.mark.parametrize("writing", [True, False])
def test_a_store_of_a_newer_version_is_left_as_it_is(kept: StorePlace, writing: bool) -> None:
    with open_store(kept) as store, store.begin() as connection:
        connection.execute(store_version.update().values(version=99, program="9.9.9"))
    line = refuse(kept, writing)
    assert "9.9.9" in line
    assert "update transcript-audit" in line


def test_an_older_store_is_brought_up_to_date_by_writing(
    kept: StorePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add_note(connection):  # type: ignore[no-untyped-def]
        connection.exec_driver_sql("ALTER TABLE runs ADD COLUMN note TEXT")

    monkeypatch.setattr(opening, "VERSION", schema.VERSION + 1)
    monkeypatch.setattr(opening, "STEPS", {**steps.STEPS, schema.VERSION + 1: add_note})
    assert "older version" in refuse(kept, writing=False)
    for _ in range(2):
        with open_store(kept) as store:
            assert len(list(read_audits(store))) == 3
            columns = inspect(store.engine).get_columns("runs")
            assert [each["name"] for each in columns][-1] == "note"


def test_a_step_that_fails_leaves_the_store_as_it_was(
    kept: StorePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection):  # type: ignore[no-untyped-def]
        connection.exec_driver_sql("ALTER TABLE runs ADD COLUMN note TEXT")
        connection.exec_driver_sql("ALTER TABLE nothing ADD COLUMN note TEXT")

    with monkeypatch.context() as patched:
        patched.setattr(opening, "VERSION", schema.VERSION + 1)
        patched.setattr(opening, "STEPS", {**steps.STEPS, schema.VERSION + 1: fail})
        refuse(kept)
    with open_store(kept) as store:
        assert "note" not in [each["name"] for each in inspect(store.engine).get_columns("runs")]


def test_a_full_disk_is_told_and_nothing_is_half_kept(tmp_path: Path) -> None:
    with open_store(StorePlace(file=tmp_path / "audits.db")) as store:
        keep_all(store, made_up_calls(0, 3))

        @event.listens_for(store.engine, "connect")
        def fill(connection, _):  # type: ignore[no-untyped-def]
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")

        with pytest.raises(StoreError, match="the disk is full"):
            keep_all(store, made_up_calls(3, 500))
    with open_store(StorePlace(file=tmp_path / "audits.db")) as store:
        assert len(list(read_audits(store))) < 500
        keep_all(store, made_up_calls(0, 500))
        assert len(list(read_audits(store))) == 500


def test_a_store_in_use_is_told(kept: StorePlace) -> None:
    with open_store(kept) as other, other.begin() as connection:
        if kept.url is not None:
            connection.exec_driver_sql("LOCK TABLE audits, runs, rule_books")
        with open_store(kept, writing=False) as reader:
            if kept.file is not None:  # readers are not in anybody's way
                assert len(list(read_audits(reader))) == 3
        if kept.file is not None:
            assert "another program" in refuse(kept)
        else:
            with (
                open_store(kept, busy_seconds=0.2) as store,
                pytest.raises(StoreError, match="another program"),
            ):
                keep_all(store, made_up_calls(5, 6))


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="needs POSIX permissions")
@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o755, 0o444), (0o555, 0o444)])
def test_a_read_only_store_can_be_read_but_not_written(
    tmp_path: Path, folder_mode: int, file_mode: int
) -> None:
    import tempfile  # noqa: PLC0415 - pytest's own folders are shut to other users
    from shutil import rmtree  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp())
    file = folder / "audits.db"
    with open_store(StorePlace(file=file)) as store:
        keep_all(store, made_up_calls(0, 3))
    folder.chmod(folder_mode)
    file.chmod(file_mode)
    script = (
        "import os, sys; from pathlib import Path\n"
        "from transcript_audit.history import StorePlace, open_store, read_audits\n"
        "from transcript_audit.errors import TranscriptAuditError\n"
        "place = StorePlace(file=Path(sys.argv[1]))\n"
        "os.getuid() or os.setuid(65534)\n"
        "with open_store(place, writing=False) as store: print(len(list(read_audits(store))))\n"
        "try: open_store(place)\n"
        "except TranscriptAuditError as error: print(error)\n"
    )
    command = [sys.executable, "-c", script, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    folder.chmod(0o755)
    rmtree(folder)
    assert done.stderr == ""
    counted, line = done.stdout.splitlines()
    assert counted == "3"
    assert "read-only" in line or "may you write" in line or "cannot be" in line


def test_a_damaged_audit_is_told_by_its_call(kept: StorePlace) -> None:
    with open_store(kept) as store:
        with store.begin() as connection:
            damaged = audits.update().where(audits.c.call_id == "c-1")
            connection.execute(damaged.values(body=b"x"))
        with pytest.raises(StoreError, match=r"call c-1: an audit is damaged"):
            list(read_audits(store))


def test_an_audit_of_a_newer_form_is_told(kept: StorePlace) -> None:
    with open_store(kept) as store:
        with store.begin() as connection:
            connection.execute(audits.update().values(form=99))
        with pytest.raises(StoreError, match=r"form 99"):
            list(read_audits(store))


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    pytest.importorskip("psycopg")
    line = refuse(find_store(UNREACHABLE))
    assert PASSWORD not in line
    assert "ada:***@127.0.0.1:1/audits" in line
    assert "refused" in line


@pytest.mark.parametrize("change", [{"password": PASSWORD}, {"database": "nowhere"}])
def test_a_wrong_password_or_database_is_told_without_the_password(
    postgresql_place: StorePlace, change: dict[str, str]
) -> None:
    assert postgresql_place.url is not None
    url = postgresql_place.url.set(**change)  # type: ignore[arg-type]
    line = refuse(StorePlace(url=url))
    assert str(url.password) not in line
    assert "password" in line or "nowhere" in line


def test_a_password_in_the_query_is_not_shown_either() -> None:
    place = find_store(f"postgresql://db/audits?user=ada&password={PASSWORD}")
    assert PASSWORD not in str(place)
    assert PASSWORD not in refuse(replace(place, url=place.url))  # type: ignore[arg-type]


def test_a_missing_driver_is_told_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install") as error:
        open_store(find_store(UNREACHABLE))
    assert PASSWORD not in str(error.value)


def test_a_connection_cut_in_the_midst_is_told_and_taken_up_again(
    postgresql_place: StorePlace,
) -> None:
    with open_store(postgresql_place) as store, open_store(postgresql_place) as other:
        keep_all(store, made_up_calls(0, 2))
        with other.begin() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with pytest.raises(StoreError, match="PostgreSQL refuses"):
            keep_all(store, made_up_calls(0, 4))
        keep_all(store, made_up_calls(0, 4))
        assert summarise_store(store).calls == 4


def test_a_store_of_another_program_version_is_another_rule_book(place: StorePlace) -> None:
    with open_store(place) as store:
        keep_all(store, [make_transcript()])
        keep_all(store, [make_transcript()], book=replace(BOOK, version="9"))
        assert summarise_store(store).results == 2


def test_a_reader_may_read_and_is_told_that_it_may_not_write(postgresql_place: StorePlace) -> None:
    assert postgresql_place.url is not None
    with open_store(postgresql_place) as store:
        keep_all(store, made_up_calls(0, 3))
        with store.begin() as connection:
            for statement in (
                "DROP ROLE IF EXISTS reader",
                "CREATE ROLE reader LOGIN PASSWORD 'reading'",
                "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
                "REVOKE SELECT ON store_secret FROM reader",
            ):
                connection.exec_driver_sql(statement)
    url = postgresql_place.url.set(username="reader", password="reading")  # noqa: S106
    with open_store(StorePlace(url=url), writing=False) as store:
        assert len(list(read_audits(store))) == 3
    with (
        open_store(StorePlace(url=url)) as store,
        pytest.raises(StoreError, match="you may not write there"),
    ):
        keep_all(store, made_up_calls(0, 4))
    with open_store(postgresql_place) as store, store.begin() as connection:
        connection.exec_driver_sql("DROP OWNED BY reader")
        connection.exec_driver_sql("DROP ROLE reader")
