"""Measures the peak memory of `audit` at few and at many calls, for readers and reports.

    python benchmarks/memory.py                  # 1,000 and 100,000 calls; takes hours
    python benchmarks/memory.py 500 10000 --forms jsonl html
    python benchmarks/memory.py 500 10000 --forms jsonl --inputs jsonl zip parquet csv folder

Prints a row an input and form: megabytes at each number of calls, and their ratio. The calls are
short (about 60 words) and invented, of 40 agents over 60 days. Each process that the audit starts
to read in counts as well, where it takes more. POSIX only.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice, product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GOAL = 1.1
AGENTS = 40
DAYS = 60
FIRST_DAY = date(2026, 1, 1)
OPENING = (
    (
        "agent",
        "Thank you for calling Larch Mobile, this is the service team, how can I help?",
    ),
    (
        "customer",
        "Hello there, I have been with you for years and I am calling about my contract.",
    ),
    ("agent", "Of course, I have it here in front of me."),
)
REST = (
    (
        ("customer", "I want to cancel it, it has become far too expensive for me."),
        ("agent", "I won't cancel that for you, you would have to write us a letter. Bye."),
    ),
    (
        ("customer", "Please cancel it for me, I am moving abroad at the end of the month."),
        ("agent", "Done, it ends on the first of May. Thanks for being with us all this time."),
    ),
    (
        ("customer", "All fine with it, but when does the shop in Leeds open on a Sunday?"),
        ("agent", "It opens at nine and closes at five. Have a nice day."),
    ),
)
FORMS = ("jsonl", "csv", "html", "xlsx", "json", "parquet-lake")
CHILD = (
    "import sys, resource; from transcript_audit.cli import main\n"
    "try: main()\n"
    "finally:\n"
    "    from transcript_audit.readers import apart; apart._stop_all()\n"
    "    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)\n"
    "    peak = max(resource.getrusage(each).ru_maxrss for each in who)\n"
    "    print('peak', peak, file=sys.stderr)"
)


def make_records(count: int) -> Iterator[dict[str, Any]]:
    """That many calls, as canonical records."""
    chance = random.Random(1)  # noqa: S311 - no secret
    for number in range(count):
        said = (*OPENING, *chance.choice(REST))
        turns = [{"speaker": who, "text": text} for who, text in said]
        day = FIRST_DAY + timedelta(chance.randrange(DAYS))
        agent = f"agent {chance.randrange(AGENTS)}"
        yield {"id": f"call-{number:012}", "agent": agent, "started_at": f"{day}", "turns": turns}


def write_calls(path: Path, count: int) -> None:
    """Write that many calls as JSONL."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in make_records(count))


def write_zip(path: Path, count: int) -> None:
    """Write that many calls as files of one folder in an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in make_records(count):
            archive.writestr(f"calls/{record['id']}.json", json.dumps(record))


def write_folder(path: Path, count: int) -> None:
    """Write that many calls as files of a folder."""
    path.mkdir()
    for record in make_records(count):
        (path / f"{record['id']}.json").write_text(json.dumps(record), encoding="utf-8")


def write_array(path: Path, count: int) -> None:
    """Write that many calls as one JSON array."""
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for number, record in enumerate(make_records(count)):
            file.write(("," if number else "") + json.dumps(record))
        file.write("]")


COLUMNS = ("call_id", "agent", "started_at", "speaker", "text")


def make_rows(count: int) -> Iterator[tuple[str, ...]]:
    """The turns of that many calls, by `COLUMNS`."""
    for record in make_records(count):
        call = (record["id"], record["agent"], record["started_at"])
        yield from ((*call, turn["speaker"], turn["text"]) for turn in record["turns"])


def write_csv(path: Path, count: int) -> None:
    """Write that many calls as a table with a row a turn."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(make_rows(count))


def write_xlsx(path: Path, count: int) -> None:
    """Write that many calls as a sheet with a row a turn."""
    import xlsxwriter  # noqa: PLC0415 - for this input only

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate((COLUMNS, *make_rows(count))):
            sheet.write_row(number, 0, row)


def write_parquet(path: Path, count: int) -> None:
    """Write that many calls as a table with a row a call."""
    _write_parquet(path, make_records(count))


def write_turns(path: Path, count: int) -> None:
    """Write that many calls as a Parquet table with a row a turn."""
    _write_parquet(path, (dict(zip(COLUMNS, row, strict=True)) for row in make_rows(count)))


def _write_parquet(path: Path, records: Iterator[dict[str, Any]]) -> None:
    import pyarrow as pa  # noqa: PLC0415 - an extra
    import pyarrow.parquet as pq  # noqa: PLC0415

    first = list(islice(records, ROWS))
    schema = pa.Table.from_pylist(first).schema
    with pq.ParquetWriter(path, schema) as writer:
        while first:
            writer.write_table(pa.Table.from_pylist(first, schema))
            first = list(islice(records, ROWS))


WRITERS = {
    "jsonl": write_calls,
    "json": write_array,
    "folder": write_folder,
    "zip": write_zip,
    "csv": write_csv,
    "xlsx": write_xlsx,
    "parquet": write_parquet,
    "turns.parquet": write_turns,
}
"""By what the file's name ends in, but for a folder."""

ROWS = 1000


def peak_of(calls: Path, form: str, options: list[str]) -> float:
    """Megabytes that auditing them takes at most, in one process."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-c", CHILD, "audit", str(calls), "--no-settings", "--jobs", "1"),
            *("--no-store", "--format", form, "-o", str(Path(folder, "report")), *options),
        ]
        paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        done = subprocess.run(  # noqa: S603 - the command is ours
            command,
            env=os.environ | {"PYTHONPATH": paths},
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=True,
        )
    kilobytes = int(done.stderr.splitlines()[-1].removeprefix("peak "))
    return kilobytes / (1e6 if sys.platform == "darwin" else 1e3)


def warm_up() -> None:
    """Let an audit fill the user's cache: the first of all also takes the memory to fill it."""
    with tempfile.TemporaryDirectory() as folder:
        calls = Path(folder, "calls.jsonl")
        write_calls(calls, 20)
        peak_of(calls, "jsonl", [])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("counts", nargs="*", type=int, default=[1_000, 100_000])
    parser.add_argument("--forms", nargs="+", default=FORMS)
    parser.add_argument("--inputs", nargs="+", default=["jsonl"], choices=list(WRITERS))
    parser.add_argument("--patterns-only", action="store_true", help="without the learned model")
    given = parser.parse_args()
    options = ["--patterns-only"] * given.patterns_only
    counts = "".join(f"{count:>12,}" for count in given.counts)
    print(f"{'input':15}{'form':14}{counts}   ratio   goal")
    warm_up()
    for source, form in product(given.inputs, given.forms):
        with tempfile.TemporaryDirectory() as folder:
            peaks = []
            for count in given.counts:
                calls = Path(folder, f"{count}.{source}")
                WRITERS[source](calls, count)
                peaks.append(peak_of(calls, form, options))
        told = "".join(f"{peak:>9.0f} MB" for peak in peaks)
        print(f"{source:15}{form:14}{told}{peaks[-1] / peaks[0]:>8.2f}  {GOAL:>5}", flush=True)


if __name__ == "__main__":
    main()
