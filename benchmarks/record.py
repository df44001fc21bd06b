"""Prints the record of a sample call as docs/scripts.md shows it: over several lines, shortened."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CALL = "sample_transcripts/flagged/2026-03-03_CC-20377_marcus.txt"
NAMES = r"_(?P<call_id>[A-Z]{2}-\d+)_(?P<agent>[a-z]+)"
RUN = (sys.executable, "-m", "transcript_audit", "audit", CALL, "--name-pattern", NAMES)
SHOWN = 2


def main() -> None:
    """Prints the first findings, and one rule of each status."""
    done = subprocess.run(  # noqa: S603 - the command is fixed
        (*RUN, "--format", "jsonl"), cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    record = json.loads(done.stdout)
    findings, rules = record["findings"], record["rules"]
    by_status = {status: rule for rule, status in reversed(rules.items())}
    record["findings"] = findings[:SHOWN]
    record["rules"] = {rule: status for rule, status in rules.items() if rule in by_status.values()}
    print(
        f"This is the record of the sample call {record['call_id']}, over several lines and "
        f"shortened:\n{len(record['findings'])} of its {len(findings)} findings, "
        f"{len(record['rules'])} of its {len(rules)} rules.\n"
    )
    print(f"```json\n{json.dumps(record, indent=2, ensure_ascii=False)}\n```")


if __name__ == "__main__":
    main()
