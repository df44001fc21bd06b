"""The published JSON Schemas: up to date, and true of what is written."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from html_pages import LISTEN, make_call, make_hostile, make_month, make_report
from jsonschema import Draft202012Validator
from snapshot_files import check_snapshot, make_small_report
from typer.testing import CliRunner, Result

from transcript_audit.cli import app
from transcript_audit.model import CallAudit, SkippedCall
from transcript_audit.reports.document import write_document
from transcript_audit.reports.json_schema import json_schemas
from transcript_audit.reports.records import call_record, record_line

ROOT = Path(__file__).parent.parent
NAMES = r"(?P<started_at>\d{4}-\d\d-\d\d)_(?P<call_id>[A-Z]{2}-\d+)_(?P<agent>[a-z]+)"


def closed(schema: Any) -> Any:
    """The schema as one that takes no key but those it names."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    held = {key: closed(value) for key, value in schema.items()}
    return held | ({"additionalProperties": False} if "properties" in schema else {})


def faults(schema: Any, value: Any) -> list[str]:
    return [f"{e.json_path}: {e.message}" for e in Draft202012Validator(schema).iter_errors(value)]


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    return {name: json.loads(text) for name, text in json_schemas().items()}


def document_of(audits: list[CallAudit | SkippedCall], listen: str | None = LISTEN) -> Any:
    out = io.StringIO()
    write_document(make_report(audits, listen), out)
    document = json.loads(out.getvalue())
    assert json.dumps(document, indent=2) + "\n" == out.getvalue()
    return document


def test_the_published_schemas_are_up_to_date(schemas: dict[str, Any]) -> None:
    published = {path.name: path.read_text("utf-8") for path in ROOT.glob("docs/schema/*.json")}
    assert published == json_schemas(), "run: transcript-audit schema"
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("listen", [LISTEN, None])
def test_a_document_has_all_that_its_schema_names_and_nothing_else(
    schemas: dict[str, Any], listen: str | None
) -> None:
    for audits in ([], make_month(), make_hostile(), [make_call(agent="", timed=False)]):
        assert faults(closed(schemas["audit.schema.json"]), document_of(audits, listen)) == []


def test_the_document_is_as_it_was() -> None:
    out = io.StringIO()
    write_document(make_small_report(), out)
    check_snapshot("report.json", out.getvalue())


def test_every_line_is_true_to_its_schema(schemas: dict[str, Any]) -> None:
    for audited in [*make_month(), *make_hostile()]:
        record = json.loads(record_line(audited, LISTEN))
        assert faults(closed(schemas["call.schema.json"]), record) == []


def test_a_key_that_goes_away_or_changes_its_kind_is_a_fault(schemas: dict[str, Any]) -> None:
    record: dict[str, Any] = json.loads(record_line(make_call()))
    schema = schemas["call.schema.json"]
    for key in record:
        assert faults(schema, {k: v for k, v in record.items() if k != key}), key
        assert faults(schema, record | {key: object}), key
    assert faults(schema, record | {"findings": [{"rule": "refusal-explicit"}]})
    assert not faults(schema, record | {"a_key_of_tomorrow": 1})


def test_a_scorecard_in_the_document_says_what_the_card_says() -> None:
    document = document_of(make_month())
    [omar] = [each for each in document["agents"] if each["agent"] == "Omar"]
    explicit = omar["rules"]["refusal-explicit"]
    assert (explicit["flagged"], explicit["eligible"]) == (20, 30)
    assert explicit["comparison"]["reading"] == "above"
    assert explicit["title"] == "Refused to cancel"
    assert omar["coaching"][0]["rule"] == "refusal-explicit"
    assert omar["coaching"][0]["quotes"][0]["words"].startswith("I won't")
    assert omar["first"] == "2026-03-03"
    assert sum(week["calls"] for week in omar["weeks"]) == 30
    assert document["team"]["left_open"] == 1
    assert document["run"]["eligible_at_least"] == 10
    assert document["run"]["revealed"] is False


def test_a_finding_says_whom_it_is_about_and_keeps_its_fingerprint() -> None:
    [finding] = call_record(make_call(agent="Ines"))["findings"]
    assert (finding["agents"], finding["fingerprint"]) == (["Ines"], "c-1-refusal-explicit")
    # the agent of turn 0 is Omar, that of turn 2, in which it is said, is Ines
    handed_on = call_record(make_call(agent="Ines", speakers={0: "Omar"}))
    assert handed_on["findings"][0]["agents"] == ["Ines"]
    nobody = call_record(make_call(agent=""))
    assert nobody["findings"][0]["agents"] == []


def run(*args: str) -> Result:
    return CliRunner().invoke(app, args)


@pytest.mark.usefixtures("_loaded_once")
def test_what_the_command_writes_of_the_samples_is_true_to_the_schemas(
    schemas: dict[str, Any],
) -> None:
    options = ("--patterns-only", "--name-pattern", NAMES, "--format", "json")
    done = run("audit", str(ROOT / "sample_transcripts"), *options)
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    assert faults(closed(schemas["audit.schema.json"]), document) == []
    assert len(document["calls"]) == 29
    for line in document["calls"]:
        assert faults(closed(schemas["call.schema.json"]), line) == []


def test_the_command_writes_the_schemas_and_tells_when_they_are_stale(tmp_path: Path) -> None:
    command = ("schema", "-o", str(tmp_path))
    assert run(*command).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == set(json_schemas())
    assert run(*command, "--check").exit_code == 0
    (tmp_path / "call.schema.json").write_text("{}")
    stale = run(*command, "--check")
    assert (stale.exit_code, "out of date" in stale.stderr) == (2, True)
