"""The model card: what the learned recogniser was trained on, and how it does on unseen calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from transcript_audit.evaluation import Evaluation
from transcript_audit.reports.evaluation_report import evaluation_markdown

if TYPE_CHECKING:
    from transcript_audit.training import Lesson, Training

PURPOSE = """\
# Model card: the learned recogniser of acts

Written by `transcript-audit model train`; do not edit.

**What it is.** A linear model over hashed word and character n-grams of a turn and its neighbours,
one logistic regression an act; a second one weighs these scores in the context of the call and
beside what the patterns of the rule book found. Findings are calibrated by a logistic regression a
rule. No text of a call is stored in it, and it needs no network.

**What it is for.** Finding in English call transcripts which dialogue acts a turn carries, as
evidence for the rules of the cancellation policy. It does not judge people, moods or voices, and a
finding of it is a call worth hearing, not a verdict.

**What it does not know.** Other languages; sales or debt calls; fields whose words it never met.
The calls it learned from are invented, so real calls are likely to be harder.
"""


def write_card(
    lessons: Sequence[Lesson], training: Training, measured: Evaluation, digest: str
) -> str:
    """The card as Markdown.

    Args:
        measured: how models did on the training calls that they had not seen.
        digest: of the rule book that was trained with.
    """
    turns = sum(len(lesson.spoken) for lesson in lessons)
    kinds = Counter(lesson.call.kind or "unnamed" for lesson in lessons)
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    labels = ", ".join(f"{label} {chance:.2f}" for label, chance in training.thresholds.items())
    return "\n".join(
        [
            PURPOSE,
            f"**Trained on** {len(lessons)} labelled calls ({told}), {turns} spoken turns, with "
            f"the rule book {digest[:12]}.\n",
            f"**Thresholds.** The model is shifted so that 0.5 is where F1 was best out of fold: "
            f"{labels}.\n",
            "## On calls it has not seen\n",
            "Cross-validation over whole calls of the training set. The independent measure is "
            "in `accuracy.md`.\n",
            evaluation_markdown(measured),
        ]
    )
