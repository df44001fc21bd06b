"""What a run was made with and how its numbers come about, in plain text for any form."""

from __future__ import annotations

from transcript_audit.reports.report import Report
from transcript_audit.reports.text import plural

UNREDACTED = "Personal data is shown unredacted."

REDACTED = (
    "Personal data found in the words is replaced by what it was, such as a name or a number in "
    "brackets; what was not found is still there."
)

REASON_TO_LISTEN = (
    "A flag is a reason to listen, not a verdict. It stays the machine's until a person upholds it."
)


VERDICTS = (
    "Of each rule's flags on which reviewers decided, in all calls reviewed so far and under "
    "whichever rule book: how many they upheld, with a 95 % Wilson range; the overturn rate is the "
    "rest. Flags that are unsure, split or disputed are in neither. A rule is called often "
    "overturned where the whole range of that rate lies above 20 %, of at least five. Reviewers "
    "look at grave and doubtful flags first, so this need not hold for all flags."
)


def run_facts(report: Report) -> tuple[tuple[str, str], ...]:
    """What the run was made with and over what: names with values, all of them text."""
    run, team = report.run, report.cards.team
    period = f"{team.first} to {team.last}" if team.first else "no call has a date"
    undated = f"; {plural(team.undated, 'call')} without a date" if team.undated else ""
    return (
        ("program", f"transcript-audit {run.version}"),
        *([("pipeline", run.pipeline)] if run.pipeline is not None else []),
        ("rule book (SHA-256)", run.rule_book),
        ("profile", run.profile),
        ("period", f"{period}{undated}"),
        ("calls audited", str(team.calls)),
        ("calls left open", str(team.left_open)),
        ("calls skipped", str(team.skipped)),
        ("agents", str(len(report.cards.agents))),
        ("personal data", UNREDACTED if report.revealed else REDACTED),
    )


def method_lines(report: Report) -> tuple[tuple[str, str], ...]:
    """How the numbers come about and what they do not say: headings with a sentence or more."""
    least = report.cards.eligible_at_least
    fails = " or ".join(report.rulebook.profile.quality.auto_fail) or "no"
    return (
        ("Flags", REASON_TO_LISTEN),
        *([("Verdicts", VERDICTS)] if report.lessons else []),
        (
            "Shares",
            "Calls flagged of calls that could be judged by the rule or family, never of all. "
            "Calls to which it does not apply, and those in which it cannot be told, are in no "
            "share. Ranges are 95 % Wilson score intervals.",
        ),
        (
            "Readings",
            "An agent's share is held against the rest of the team without this agent: Fisher's "
            "exact test, two-sided, adjusted by Benjamini and Hochberg for being many agents and "
            "rules, at 5 %. Above and below mean more than chance explains; cannot tell, that "
            f"chance may explain it. With fewer than {plural(least, 'call')} that could be judged "
            "the reading is too few to judge, and nobody is ranked or coloured by it.",
        ),
        (
            "Calls without a critical flag",
            "Of those judged; a call in which a critical rule could not be judged, and no other "
            "critical one was flagged, is not among them. They stand beside the quality score and "
            "are never blended with it.",
        ),
        (
            "Quality score",
            "For a call 100 × the weights of the rules that came out clear / the weights of those "
            f"clear or flagged, with the weights of the profile; a flag of {fails} severity makes "
            "it 0. For an agent the mean of the calls.",
        ),
        (
            "Several agents on a call",
            "Each answers for what stands in the agent's own turns. Where that cannot be told, the "
            "flag counts for the team and for nobody.",
        ),
        (
            "Times and attempts",
            "Times run from the first request to cancel to the confirmation, as far as the source "
            "has times. Attempts count whether they were allowed or not.",
        ),
        (
            "Limits",
            "The program reads words in English. It hears no tone of voice, does not know what "
            "happened after the call, and takes a transcript as it stands, with what speech "
            "recognition got wrong. It makes mistakes both ways; a number about a person should "
            "never be the only reason for a decision about them.",
        ),
    )
