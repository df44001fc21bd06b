"""Calls without what is personal in their words.

`calls` replaces it by marks, `secrets` finds it; the other modules each know one kind of it.
"""

from transcript_audit.redaction.calls import redact_call, redact_skipped, redact_transcript

__all__ = ["redact_call", "redact_skipped", "redact_transcript"]
