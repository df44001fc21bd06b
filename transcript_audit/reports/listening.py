"""Where the recording of a call can be heard."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from transcript_audit.reports.text import literal

if TYPE_CHECKING:
    from rich.console import RenderableType

    from transcript_audit.model import CallAudit, Finding


def listen_address(template: str, audit: CallAudit, finding: Finding | None = None) -> str:
    """Where the recording can be heard, from the finding's first words on; else from its start.

    Args:
        template: with {call_id}, {seconds}, {agent} and {path}, each filled in percent-encoded.
    """
    starts = [each.start for each in finding.evidence if each.start is not None] if finding else []
    return template.format(
        call_id=quote(audit.call_id, safe="", errors="replace"),
        seconds=int(min(starts, default=0.0)),
        agent=quote(next(iter(audit.agent_ids), ""), safe="", errors="replace"),
        path=quote(audit.transcript.path, errors="replace"),
    )


def safe_listen_address(
    template: str | None, audit: CallAudit, finding: Finding | None = None
) -> str | None:
    """Where the recording can be heard, if that is a place in the web (http or https)."""
    return _of_the_web(listen_address(template, audit, finding)) if template else None


def listen_lines(template: str, audit: CallAudit, *, with_id: bool = False) -> RenderableType:
    """A line with the address of each finding; of the call, where it has none.

    Args:
        with_id: name the call in each, for lines of several calls.
    """
    from rich.console import Group  # noqa: PLC0415 - records need the address alone
    from rich.text import Text  # noqa: PLC0415

    call = f"{audit.call_id} " if with_id else ""
    named = [
        f"{call}{finding.rule} {listen_address(template, audit, finding)}"
        for finding in audit.findings
    ]
    return Group(
        *(
            Text.assemble(("Listen  ", "bold"), literal(line))
            for line in named or [f"{call}{listen_address(template, audit)}"]
        )
    )


def _of_the_web(address: str) -> str | None:
    """The address if a browser would fetch it from the web (http or https), else None."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and parts.netloc else None
