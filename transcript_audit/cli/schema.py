"""The command `schema`: the JSON Schemas of what is written as JSON."""
# ruff: noqa: PLC0415 - `--help` must not pay for pydantic

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from transcript_audit.cli.pages import Check, place_option, usual_place, write_pages

FOLDER = Path("docs/schema")


def schema(
    directory: Annotated[Path | None, place_option(FOLDER)] = None,
    check: Check = False,
) -> None:
    """Write the JSON Schemas of --format json and --format jsonl.

    audit.schema.json is for the one object of `audit --format json`, call.schema.json for a line of
    `audit --format jsonl` and for `call --format json`.

    \b
    Examples:
      transcript-audit schema
      transcript-audit schema --output schemas
      transcript-audit schema --check
    """
    from transcript_audit.reports.json_schema import json_schemas

    directory = directory or usual_place(FOLDER)
    pages = {directory / name: text for name, text in json_schemas().items()}
    write_pages(pages, check, "schema")
