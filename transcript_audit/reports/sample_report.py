"""A sample of calls: its list, and the manifest that says how it was drawn."""

from __future__ import annotations

import json
from typing import Any

from transcript_audit.reports.run import Run
from transcript_audit.reports.text import one_line
from transcript_audit.sampling import DrawnCall, Sample

SCHEMA_VERSION = "1"


def sample_manifest(sample: Sample, run: Run) -> str:
    """The manifest (JSON): options, seed, program and rule book, what was drawn from what.

    The same calls, rule book and seed give the same manifest, to the byte.
    """
    options = sample.options
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "program": f"transcript-audit {run.version}",
        "rule_book": run.rule_book,
        "profile": run.profile,
        "seed": options.seed,
        "per_agent": options.per_agent,
        "stratify": str(options.stratify),
        "include_unflagged": options.unflagged,
        "population": sample.population,
        "skipped": sample.skipped,
        "strata": [
            {
                "agent": each.agent,
                "stratum": each.name,
                "calls": each.calls,
                "drawn": each.drawn,
                "probability": each.probability,
            }
            for each in sample.strata
        ],
        "calls": [drawn_record(drawn) for drawn in sample.calls],
    }
    return json.dumps(manifest, indent=2, allow_nan=False) + "\n"


def drawn_record(drawn: DrawnCall) -> dict[str, Any]:
    """The record of one call drawn: for whom, from which stratum, how likely."""
    return {
        "call_id": drawn.audit.call_id,
        "path": drawn.audit.transcript.path,
        "drawn_for": [
            {"agent": each.agent, "stratum": each.name, "probability": each.probability}
            for each in drawn.strata
        ],
    }


def sample_lines(sample: Sample) -> str:
    """A line a call: agent, id, path and stratum, with a tab between."""
    return "".join("\t".join(map(one_line, _cells(drawn))) + "\n" for drawn in sample.calls)


def _cells(drawn: DrawnCall) -> tuple[str, ...]:
    agents = "; ".join(each.agent or "-" for each in drawn.strata)
    strata = "; ".join(dict.fromkeys(each.name for each in drawn.strata))
    return agents, drawn.audit.call_id, drawn.audit.transcript.path, strata
