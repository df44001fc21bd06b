"""The small dialogues that rule files carry as examples."""

from __future__ import annotations

from dataclasses import dataclass

from transcript_audit.model import Role


@dataclass(frozen=True, slots=True)
class DialogueLine:
    """One turn of an example: who, what, and whether it is evidence for the finding.

    `speaker` is the label as written ("Agent", "Agent Lee", "Customer"); `agent_id` is the name
    after "Agent", where there is one.
    """

    speaker: str
    role: Role
    text: str
    evidence: bool
    agent_id: str | None = None


def parse_dialogue(block: str) -> tuple[DialogueLine, ...]:
    """The lines of an example dialogue, in order; blank lines are left out.

    Raises:
        ValueError: a line is not "Speaker: words"; says which and what is allowed.
    """
    return tuple(
        _parse_line(line.strip(), number)
        for number, line in enumerate(block.splitlines(), start=1)
        if line.strip()
    )


def _parse_line(line: str, number: int) -> DialogueLine:
    evidence = line.startswith(">")
    speaker, colon, text = line.removeprefix(">").strip().partition(":")
    label, _, name = speaker.strip().partition(" ")
    roles = {str(role): role for role in Role}
    role = roles.get(label.lower())
    if not colon or role is None or not text.strip():
        allowed = ", ".join(f"'{word.title()}: ...'" for word in roles)
        raise ValueError(
            f"line {number} of the dialogue is {line[:40]!r}; "
            f"a line is {allowed} (or 'Agent NAME: ...'), with '> ' in front where it is evidence"
        )
    agent_id = name.strip() or None if role is Role.AGENT else None
    return DialogueLine(speaker.strip(), role, text.strip(), evidence, agent_id)
