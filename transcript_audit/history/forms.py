"""Whole audits as bytes and back: JSON, compressed, with the number of the form they are in."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from transcript_audit.model import CallAudit, SkippedCall

FORM = 1
"""The form that is written: the fields of the dataclasses as they are now."""

Kept = TypeVar("Kept", CallAudit, SkippedCall)


class FormError(ValueError):
    """Bytes are no audit in a form that this program knows."""


def pack(audited: CallAudit | SkippedCall) -> bytes:
    """The bytes of an audit."""
    # The library's own encoder refuses halves of surrogate pairs, as a file's name may have.
    return zlib.compress(json.dumps(msgspec.to_builtins(audited)).encode("ascii"))


def unpack(body: bytes, form: int, kind: type[Kept]) -> Kept:
    """The audit that was packed.

    Raises:
        FormError: it is damaged, or of another form.
    """
    if form != FORM:
        raise FormError(f"an audit is in form {form}; this program knows {FORM}")
    try:
        return msgspec.convert(json.loads(zlib.decompress(body)), kind)
    except (zlib.error, ValueError, msgspec.ValidationError) as error:
        raise FormError(f"an audit is damaged: {error}") from None


def searchable(text: str) -> str:
    """`text` as any database's text column takes it: without NUL and halves of surrogate pairs."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def as_utc(moment: datetime) -> datetime:
    """The moment in UTC without a zone; one that has none is taken for UTC."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
