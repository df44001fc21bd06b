"""The command `rules new`: a rule file to start from."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pydantic and their like

from __future__ import annotations

import re
from typing import Annotated

import typer

from transcript_audit.cli.groups import Held, Judging
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import open_output, say, written
from transcript_audit.errors import ConfigurationError, did_you_mean
from transcript_audit.model import AGENT_ACTS, ActLabel, Family, Severity

KINDS = (
    "act-present",
    "act-missing",
    "attempt-after-decline",
    "reason-pressed",
    "passed-on",
    "request-standing",
    "concern-unanswered",
    "offer-irrelevant",
    "concern-repeated",
)
"""As in the schema of rules, which `--help` must not load."""


@spread
def new(
    *,
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="Its id, as in refusal-by-email.")],
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help=f"One of {', '.join(KINDS)}.")
    ],
    family: Annotated[Family, typer.Option("--family", "-f", help="Family of the policy.")],
    severity: Annotated[
        Severity, typer.Option("--severity", help="How much a finding weighs.")
    ] = Severity.MAJOR,
    acts: Annotated[
        list[str],
        typer.Option(
            "--act",
            metavar="ACT",
            help="What the agent does (act-present, once or more) or never does (act-missing).",
            show_default=False,
        ),
    ] = [],  # noqa: B006 - Typer copies it
    judging: Judging,
    held: Held,
) -> None:
    """Write a rule file into your own rules, with examples that pass `rules test`.

    \b
    Examples:
      transcript-audit rules new refusal-by-email --kind act-present --act condition \\
        --family refused-cancellation --rules my-rules
      transcript-audit rules new no-thanks --kind act-missing --act goodwill \\
        --family graceful-exit --rules my-rules
    """
    from transcript_audit.rule_skeletons import Sketch, draft_rule
    from transcript_audit.rulebook import load_rulebook

    _check_names(rule_id, kind, acts)
    if judging.rules is None:
        raise ConfigurationError("--rules: missing; name the folder of your own rules")
    path = judging.rules / "checks" / f"{rule_id}.yaml"
    if path.exists():
        raise ConfigurationError(f"{path}: is there already; give the rule another id")
    own = judging.rules if any(judging.rules.rglob("*.yaml")) else None
    rulebook = load_rulebook(own, judging.profile)
    sketch = Sketch(rule_id, kind, family, severity, tuple(map(ActLabel, acts)))
    text = draft_rule(sketch, rulebook, judging.load_recogniser(rulebook))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{path.parent}: cannot be made: {error.strerror}") from None
    with open_output(path) as out:
        written(out, text)
    say(f"{path}: written; now put your own words and examples into it, and try")
    say(f"  transcript-audit rules test {rule_id} --rules {judging.rules} --watch")


def _check_names(rule_id: str, kind: str, acts: list[str]) -> None:
    """Nothing; id, kind and acts can be used.

    Raises:
        ConfigurationError: they can't.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule_id):
        raise ConfigurationError(
            f"{rule_id}: no id of a rule; expected small letters, digits and single hyphens"
        )
    if kind not in KINDS:
        hint = did_you_mean(kind, KINDS)
        raise ConfigurationError(
            f"--kind {kind}: {hint}{' ' if hint else ''}expected one of {', '.join(KINDS)}"
        )
    for act in acts:
        if act not in AGENT_ACTS:
            hint = did_you_mean(act, [str(each) for each in AGENT_ACTS])
            raise ConfigurationError(
                f"--act {act}: {hint}{' ' if hint else ''}"
                f"expected an act of the agent: {', '.join(AGENT_ACTS)}"
            )
