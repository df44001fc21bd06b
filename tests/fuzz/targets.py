"""What fuzzing feeds: any bytes in, and only what the program says on purpose may come out.

The first byte of an input chooses, the rest is fed. A target returns nothing; what it raises is a
fault of the program.
"""

from __future__ import annotations

import atexit
import io
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from unittest.mock import patch

from invariants import check_audit
from loaded import built_in, recogniser_once

from transcript_audit.acts import load_recogniser
from transcript_audit.batch import audit_read
from transcript_audit.errors import RuleBookError
from transcript_audit.model import CallAudit, SkippedCall, Transcript
from transcript_audit.privacy import Privacy
from transcript_audit.readers import (
    READERS,
    ReadOptions,
    read_transcripts,
    transcript_from_record,
)
from transcript_audit.readers.vendors import JSON_FORMATS
from transcript_audit.reports.records import record_line
from transcript_audit.roles import RoleOptions
from transcript_audit.rulebook import loading, yaml_files
from transcript_audit.rulebook.loading import find_rules_directory

FORMATS = (None, *(each.name for each in READERS), *(each.name for each in JSON_FORMATS))
"""What the first byte asks the readers for; None: find it out."""

RULE_FILES = (
    "acts/own.yaml",
    "checks/own.yaml",
    "checks/refusal-stall.yaml",
    "profiles/own.yaml",
    "profiles/strict.yaml",
    "lists.yaml",
    "readings.yaml",
    "relevance.yaml",
)
"""What rule file the first byte makes of the rest."""

KEPT = (*RULE_FILES[-3:], "profiles/*.yaml", "acts/agent-profile.yaml", "checks/refusal-*.yaml")
"""The built-in rule files under which others are tried."""

LABELS: Mapping[str, str] = {"a": "agent", "c": "customer", "s": "system", "b": "Agent (Kim)"}
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
LONGEST_REASON = 2_000
MOST_UTTERANCES = 200
"""Utterances of a fuzzed call: audits of long ones are measured elsewhere."""


def read_bytes(data: bytes) -> None:
    """Reads a file of any format."""
    options = ReadOptions(input_format=FORMATS[data[0] % len(FORMATS)]) if data else ReadOptions()
    calls = list(read_transcripts(["-"], options, io.BytesIO(data[1:])))
    assert calls
    assert len({call.call_id for call in calls}) == len(calls)
    for call in calls:
        _check_call(call)


def _check_call(call: Transcript | SkippedCall) -> None:
    held = [call.call_id, *call.agent_ids]
    if isinstance(call, SkippedCall):
        assert call.reason
        assert len(call.reason) < LONGEST_REASON
        held.append(call.reason)
    else:
        assert call.utterances
        for said in call.utterances:
            held += [said.text, said.speaker, said.agent_id or ""]
            assert said.text.strip()
            for moment in (said.start, said.end):
                assert moment is None or 0 <= moment < 1e9, moment
    for text in held:
        assert not UNSAFE.search(text), ascii(text[:200])


def load_rules(data: bytes) -> None:
    """Lays a rule file over the built-in ones; if it is right, a call is audited by it."""
    with tempfile.TemporaryDirectory() as folder, few_rules():
        file = Path(folder, RULE_FILES[data[0] % len(RULE_FILES)] if data else RULE_FILES[0])
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data[1:])
        try:
            rulebook = loading.load_rulebook(Path(folder))
            recogniser = load_recogniser(rulebook, patterns_only=True)
        except RuleBookError as raised:
            check_faults(raised.faults)
            return
    audited = audit_read(_sample_call(), rulebook, recogniser, RoleOptions())
    assert isinstance(audited, CallAudit)
    check_audit(audited, rulebook)


def check_faults(faults: Sequence[str]) -> None:
    """Fails unless there are faults, each in one line with its place."""
    assert faults
    for fault in faults:
        assert fault.isprintable(), ascii(fault)
        assert len(fault) < LONGEST_REASON
        assert re.match(r"/[\w./-]+\.yaml:(\d+:\d+:)? |phrase ", fault), fault


@contextmanager
def few_rules() -> Iterator[None]:
    """A few files are the built-in rules meanwhile, and are parsed once.

    All of them take a second for every input, and would say the same of it.
    """
    with (
        patch.object(loading, "find_rules_directory", _copy_few_rules),
        patch.object(yaml_files, "_parse", _parse_once),
    ):
        yield


_parse_once = lru_cache(maxsize=64)(yaml_files._parse.__wrapped__)


@cache
def _copy_few_rules() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="rules-"))
    atexit.register(shutil.rmtree, folder)
    for pattern in KEPT:
        for path in find_rules_directory().glob(pattern):
            (folder / pattern).parent.mkdir(exist_ok=True)
            shutil.copy(path, (folder / pattern).parent)
    return folder


@cache
def _sample_call() -> Transcript:
    said = (
        ("agent", "Thanks for calling Harbour Gym, this is Kim. How can I help?"),
        ("customer", "I would like to cancel my membership, it is too expensive."),
        ("agent", "I can do ten percent off for a year, would that help?"),
        ("customer", "No thanks. Please just cancel it, like I said."),
        ("agent", "I won't cancel it. You have to come to the branch."),
    )
    turns = [{"speaker": speaker, "text": text} for speaker, text in said]
    return transcript_from_record({"id": "x", "turns": turns}, "x")


def audit_words(data: bytes) -> None:
    """Audits a call of any words, redacts it, and writes it down.

    A line is an utterance; its first character says who speaks. The first byte says whether there
    are times, and whether the learned model listens too.
    """
    flags = data[0] if data else 0
    lines = data[1:].decode("utf-8", "surrogateescape").split("\n")[:MOST_UTTERANCES]
    turns: list[dict[str, object]] = []
    clock = 0.0
    for line in filter(None, lines):
        said: dict[str, object] = {"speaker": LABELS.get(line[0], line[0]), "text": line[1:]}
        if flags & 1:
            said |= {"start": clock, "end": clock + len(line) / 12}
            clock += (len(line) - ord(line[0]) % 8) / 12 if len(line) > 8 else 0.5
        turns.append(said)
    record = {"id": "x", "agent": "Kim", "turns": turns}
    (call,) = read_transcripts(["-"], ReadOptions(), io.BytesIO(json.dumps(record).encode()))
    rulebook = built_in("strict" if flags & 4 else "default")
    recogniser = recogniser_once(rulebook, patterns_only=bool(flags & 2))
    audited = audit_read(call, rulebook, recogniser, RoleOptions())
    if isinstance(audited, CallAudit):
        check_audit(audited, rulebook)
    redacted = Privacy().redact(audited)
    assert Privacy().redact(redacted) == redacted
    if isinstance(redacted, CallAudit):
        check_audit(redacted, rulebook)
    json.loads(record_line(redacted), parse_constant=_refuse)


def _refuse(constant: str) -> object:
    raise AssertionError(constant)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "readers": read_bytes,
    "rules": load_rules,
    "calls": audit_words,
}
"""Every target by name."""
