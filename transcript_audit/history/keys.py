"""By what a stored audit is found again: the call's content, how it was taken, the rule book."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.road import road_version
from transcript_audit.speakers import channel_of, fold_label

if TYPE_CHECKING:
    from transcript_audit.roles import RoleOptions
    from transcript_audit.rulebook import RuleBook

SECRET_BYTES = 32
"""Bytes of a store's secret."""


@dataclass(frozen=True, slots=True)
class BookKey:
    """What judged a call; another of any of these may judge otherwise.

    Attributes:
        digest: sha256 of all rule files.
        profile: id of the profile.
        model: what recognised acts, with a digest of it.
        version: of this program, with a digest of its code.
    """

    digest: str
    profile: str
    model: str
    version: str


@dataclass(frozen=True, slots=True)
class CallKey:
    """What was judged, as keyed hashes: without the store's secret no words can be tried on them.

    Attributes:
        content: of what was said, by whom and when, as the source has it, unredacted.
        taken: of what else an audit rests on: agents, start, what the user said of roles.
    """

    content: str
    taken: str


def book_key(
    rulebook: RuleBook, *, patterns_only: bool = False, pipeline: str | None = None
) -> BookKey:
    """The key of a rule book with the recogniser that `load_recogniser` makes of the same."""
    if patterns_only:
        model = "patterns"
    elif pipeline is not None:
        model = _pipeline_name(pipeline)
    else:
        model = _model_name()
    return BookKey(rulebook.digest, rulebook.profile.id, model, road_version())


def call_key(transcript: Transcript, role_options: RoleOptions, secret: bytes) -> CallKey:
    """The key of a call as it was read, or as `audit_call` has named its agents: the same.

    Args:
        secret: of the store (`writing.StoreRun`).
    """
    return CallKey(
        keyed_hash(_content_hash(transcript), secret),
        keyed_hash(_taken_hash(transcript, role_options), secret),
    )


def new_secret() -> bytes:
    """What a new store keys its hashes with."""
    return secrets.token_bytes(SECRET_BYTES)


def keyed_hash(plain: str, secret: bytes) -> str:
    """A plain hash of words as a store may hold it: 64 hexadecimal digits.

    Of the plain hash and not of the words, so that stores that hold plain ones can be brought over.
    """
    return hashlib.blake2b(plain.encode("ascii"), key=secret, digest_size=32).hexdigest()


def skip_hash(skipped: SkippedCall, source: str) -> str:
    """sha256 that tells one skipped call and its reason from another."""
    return _sha256([skipped.call_id, source, skipped.reason])


def _content_hash(transcript: Transcript) -> str:
    said = [
        (each.number, each.speaker, each.text, each.start, each.end)
        for each in transcript.utterances
    ]
    return _sha256([transcript.call_id, said])


def _taken_hash(transcript: Transcript, role_options: RoleOptions) -> str:
    """Of the options only what bears on this call, so that a longer roster leaves others alone."""
    options = role_options.for_source(transcript.path)
    named = options.roster.name_agents(transcript)
    labels = list(dict.fromkeys(each.speaker for each in named.utterances))
    folded = {fold_label(label) for label in labels}
    return _sha256(
        [
            named.agent_ids,
            [each.agent_id for each in named.utterances],
            named.started_at and named.started_at.isoformat(),
            sorted(named.stated.items()),
            sorted(folded & set(map(fold_label, options.agent_speakers))),
            sorted(folded & set(map(fold_label, options.customer_speakers))),
            [label for label in labels if channel_of(label) in options.agent_channels],
            [options.roster.find_speaker(label) for label in labels],
            options.roster.lists_anyone_in(named),
            [options.trust_stated, options.ignore_stated, options.margin],
        ]
    )


def _sha256(held: Any) -> str:
    # As ASCII, which also spells halves of surrogate pairs, as a file's name may have.
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()


@cache
def _model_name() -> str:
    from transcript_audit.acts.learned import MODEL_FILE  # noqa: PLC0415 - loads numpy
    from transcript_audit.calibration import CALIBRATION_FILE  # noqa: PLC0415

    digest = hashlib.sha256(MODEL_FILE.read_bytes() + CALIBRATION_FILE.read_bytes())
    return f"model {digest.hexdigest()[:12]}"


def _pipeline_name(pipeline: str) -> str:
    """The pipeline with its version; for a folder, with a digest of its files' sizes and times."""
    folder = Path(pipeline)
    if not folder.is_dir():
        try:
            return f"pipeline {pipeline} {version(pipeline)}"
        except (PackageNotFoundError, ValueError):
            return f"pipeline {pipeline}"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    marks = [
        (path.relative_to(folder).as_posix(), path.stat().st_size, path.stat().st_mtime_ns)
        for path in files
    ]
    return f"pipeline {folder.resolve().name} {_sha256(marks)[:12]}"
