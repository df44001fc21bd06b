"""The published JSON Schemas of what `--format json` and `--format jsonl` write."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from transcript_audit.reports.record_shapes import DESCRIBED, AuditDocument, CallLine

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_PAGES: dict[str, tuple[TypeAdapter[Any], str, str]] = {
    "audit.schema.json": (
        TypeAdapter(AuditDocument),
        "A run of audits",
        "The one object that `transcript-audit audit --format json` writes.",
    ),
    "call.schema.json": (
        TypeAdapter(CallLine, config=DESCRIBED),
        "A call",
        "One line of `transcript-audit audit --format jsonl`, and what `transcript-audit call "
        "--format json` writes.",
    ),
}


class _Untitled(GenerateJsonSchema):
    """Schemas without the titles that only say a key's name once more."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """False."""
        return False


def json_schemas() -> dict[str, str]:
    """The schemas by the names of their files, as JSON (draft 2020-12)."""
    return {
        name: json.dumps(_schema(adapter, title, about), indent=2) + "\n"
        for name, (adapter, title, about) in _PAGES.items()
    }


def _schema(adapter: TypeAdapter[Any], title: str, about: str) -> dict[str, Any]:
    made = adapter.json_schema(mode="serialization", schema_generator=_Untitled)
    return {"$schema": DIALECT, **made, "title": title, "description": about}
