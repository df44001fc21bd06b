"""The command group `model`: train the recogniser, and write what is known about it."""
# ruff: noqa: PLC0415 - `--help` must not pay for scikit-learn, spaCy and their like

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli import options
from transcript_audit.cli.groups import Book
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import open_output, say, told, with_progress, written
from transcript_audit.errors import ConfigurationError

if TYPE_CHECKING:
    from transcript_audit.training import Training

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Train the recogniser of acts.",
)


@app.callback()
def _group() -> None:
    """Train the recogniser of acts."""


@app.command()
@spread
def train(
    *,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="CALLS.jsonl", help="Files of labelled calls to train on.", show_default=False
        ),
    ],
    sayings: Annotated[
        list[str] | None,
        typer.Option(
            "--sayings",
            metavar="FILE",
            help="Labelled turns that stand alone, to learn more wordings from. May be repeated.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Write model and calibration here, not in the package."
        ),
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option("--card", metavar="FILE", help="Write the model card (Markdown) here too."),
    ] = None,
    book: Book,
    jobs: options.Jobs = 1,
) -> None:
    """Train the recogniser on labelled calls; the same calls and rules give the same model.

    Prints how the model does on calls that it has not seen, by cross-validation. Needs
    scikit-learn: pip install "transcript-audit[train]".

    \b
    Examples:
      transcript-audit model train benchmarks/calls/train.jsonl benchmarks/calls/more.jsonl
      transcript-audit model train calls.jsonl --out trained --card trained/card.md
    """
    # found out now and not after minutes of training
    with nullcontext() if card is None else open_output(card, paths, option="--card") as page:
        training, text = _train(paths, sayings or [], book, jobs)
        _save(training, out)
        if page is not None:
            page.write(text)
    written(sys.stdout, text)


def _train(paths: list[str], sayings: list[str], given: Book, jobs: int) -> tuple[Training, str]:
    """The training, and its card."""
    try:
        from transcript_audit import training as trainer
    except ImportError as error:
        problem = f'training needs scikit-learn ({error}); pip install "transcript-audit[train]"'
        raise ConfigurationError(problem) from error
    from transcript_audit.acts.patterns import PatternRecogniser
    from transcript_audit.evaluation import evaluate
    from transcript_audit.labelled_calls import read_labelled_calls
    from transcript_audit.reports.model_card import write_card

    book = given.load()
    ids = [rule.id for rule in book.rules]
    calls = [call for path in paths for call in read_labelled_calls(path, ids)]
    patterns = PatternRecogniser(book)
    lessons = [trainer.prepare_lesson(call, patterns) for call in with_progress(calls)]
    say(f"training on {len(lessons)} calls; this takes some minutes")
    alone = [saying for path in sayings for saying in trainer.read_sayings(path)]
    training = trainer.train(lessons, patterns, book, jobs, alone)
    measured = evaluate(trainer.audit_held_out(lessons, training, book), book)
    return training, write_card(lessons, training, measured, book.digest)


def _save(training: Training, out: Path | None) -> None:
    from transcript_audit.acts.learned import MODEL_FILE, save_model
    from transcript_audit.calibration import CALIBRATION_FILE, save_calibration

    model, calibration = MODEL_FILE, CALIBRATION_FILE
    if out is not None:
        model, calibration = out / MODEL_FILE.name, out / CALIBRATION_FILE.name
    with told(model.parent, "--out"):
        model.parent.mkdir(parents=True, exist_ok=True)
        # both are whole before either takes its place: a model needs its own calibration
        with TemporaryDirectory(prefix=".model-", dir=model.parent) as aside:
            drafts = Path(aside, model.name), Path(aside, calibration.name)
            save_model(training.model, drafts[0])
            save_calibration(training.calibration, drafts[1])
            drafts[0].replace(model)
            drafts[1].replace(calibration)
    say(f"wrote {model} ({model.stat().st_size / 1e6:.1f} MB) and {calibration}")
