"""Training: what a lesson holds, folds by call, thresholds, curves, and the same model twice."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from transcript_audit.acts.patterns import PatternRecogniser
from transcript_audit.acts.recogniser import TwoVoices
from transcript_audit.calibration import save_calibration
from transcript_audit.errors import ConfigurationError, ReadError
from transcript_audit.labelled_calls import LabelledCall
from transcript_audit.model import Act, ActLabel, Outcome, Part, Role, Transcript, Turn, Utterance
from transcript_audit.rulebook import PatternSet, Profile, RuleBook

pytest.importorskip("sklearn", reason="training needs scikit-learn")

from transcript_audit.acts.hashing import hash_call
from transcript_audit.acts.learned import save_model
from transcript_audit.training import (
    FOLDS,
    LABELS,
    Lesson,
    Training,
    fold_calls,
    prepare_lesson,
    read_sayings,
    shift_model,
    train,
)

PATTERN = PatternSet.model_validate(
    {
        "id": "confirm/own",
        "act": "confirm",
        "phrases": ["all done"],
        "strength": 0.8,
        "examples": {"match": ["a"], "no_match": ["b"]},
    }
)
PROFILE = Profile(id="own", title="Own", description="Own")
BOOK = RuleBook((), (PATTERN,), {}, (), {}, PROFILE, "")
PATTERNS = PatternRecogniser(BOOK)

PLACES = ("gym", "phone", "magazine", "broadband", "storage", "insurance", "club", "parking")
Line = tuple[str, str, tuple[str, ...]]


def labelled(name: str, *lines: Line) -> LabelledCall:
    """A labelled call of lines (speaker, text, names of acts)."""
    utterances = tuple(Utterance(n, line[0], line[1]) for n, line in enumerate(lines))
    acts = {n: line[2] for n, line in enumerate(lines) if line[2]}
    transcript = Transcript(name, f"{name}.jsonl", utterances)
    return LabelledCall(name, "", "", transcript, Outcome.CANCELLED, {}, acts)


def invented(number: int) -> LabelledCall:
    place = PLACES[number % len(PLACES)]
    offer: Line = ("agent", "would you take a discount perhaps", ("offer:discount",))
    pause: Line = ("agent", "we might pause everything until spring", ("offer:pause",))
    return labelled(
        f"call{number}-1",
        ("agent", f"hello this is the {place} desk", ()),
        (
            "customer",
            f"please cancel my {place} because i am moving away",
            ("request-cancel", "give-reason:moving"),
        )
        if number % 2
        else (
            "customer",
            f"kindly cancel the {place} since it costs too much",
            ("request-cancel", "give-reason:price"),
        ),
        offer if number % 3 else pause,
        ("customer", "no thank you very much", ("decline",)),
        ("agent", "all done for you today", ("confirm",)),
        ("customer", "lovely goodbye then", ()),
    )


CALLS = tuple(invented(number) for number in range(14))


def lessons() -> list[Lesson]:
    return [prepare_lesson(call, PATTERNS) for call in CALLS]


@cache
def trained() -> Training:
    return train(lessons(), PATTERNS, BOOK)


def turn(text: str, role: Role, index: int) -> Turn:
    return Turn(index, role, str(role), text, (Part(index, 0),))


def found_in(*texts: str) -> list[Act]:
    """Acts that count, found by the trained voices in a call that the agent begins."""
    roles = (Role.AGENT, Role.CUSTOMER)
    turns = [turn(text, roles[n % 2], n) for n, text in enumerate(texts)]
    voices = TwoVoices(PATTERNS, trained().model)
    return [act for act in voices.recognise(turns) if act.strength >= 0.5]


def test_a_lesson_holds_the_labels_the_hits_and_the_topics_of_every_turn() -> None:
    lesson = prepare_lesson(invented(1), PATTERNS)
    carried = [{LABELS[n] for n in np.flatnonzero(row)} for row in lesson.truth]
    assert carried == [
        set(),
        {"request-cancel", "give-reason"},
        {"offer"},
        {"decline"},
        {"confirm"},
        set(),
    ]
    assert lesson.hits[4, LABELS.index("confirm")] == 0.8
    assert lesson.hits.sum() == 0.8
    named = [[act.name for act in acts] for acts in lesson.qualifiers]
    assert named == [[], ["give-reason:moving"], ["offer:discount"], [], [], []]


def test_joined_utterances_carry_the_labels_of_all_their_parts() -> None:
    call = labelled(
        "joined-1",
        ("agent", "we can halve it.", ("offer:discount",)),
        ("agent", "Well, all done.", ("confirm",)),
        ("customer", "fine", ()),
    )
    lesson = prepare_lesson(call, PATTERNS)
    assert {LABELS[n] for n in np.flatnonzero(lesson.truth[0])} == {"offer", "confirm"}


def test_folds_share_out_all_calls_alike_every_time() -> None:
    folds = fold_calls(lessons())
    assert folds.tolist() == fold_calls(lessons()).tolist()
    assert set(folds.tolist()) == set(range(FOLDS))
    counts = np.bincount(folds)
    assert counts.max() - counts.min() <= 1


def test_calls_of_one_batch_share_a_fold() -> None:
    calls = [labelled(f"batch{n % 6}-{n}", ("agent", "hello", ())) for n in range(18)]
    folds = fold_calls([prepare_lesson(call, PATTERNS) for call in calls])
    for batch in range(6):
        assert len(set(folds[batch::6].tolist())) == 1


def test_the_same_calls_give_the_same_files_byte_for_byte(tmp_path: Path) -> None:
    for name, training in (("one", trained()), ("other", train(lessons(), PATTERNS, BOOK))):
        save_model(training.model, tmp_path / f"{name}.npz")
        save_calibration(training.calibration, tmp_path / f"{name}.json")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "other.json").read_bytes()


def test_training_learns_what_is_obvious_in_calls_it_has_not_seen() -> None:
    acts = found_in(
        "hello this is the theatre desk",
        "please cancel my theatre because i am moving away",
        "would you take a discount perhaps",
        "no thank you very much",
        "all done for you today",
        "lovely goodbye then",
    )
    assert [(act.turn, act.name) for act in acts if act.label is ActLabel.REQUEST_CANCEL] == [
        (1, "request-cancel")
    ]
    assert [(act.turn, act.name) for act in acts if act.label is ActLabel.OFFER] == [
        (2, "offer:discount")
    ]
    assert [act.turn for act in acts if act.label is ActLabel.DECLINE] == [3]
    assert [(act.turn, act.source) for act in acts if act.label is ActLabel.CONFIRM] == [
        (4, "confirm/own")
    ]


def test_training_learns_topics_and_kinds() -> None:
    (moving,) = [
        a for a in found_in("hello", "please cancel it because i am moving away") if a.qualifier
    ]
    assert moving.name == "give-reason:moving"
    names = {act.name for act in found_in("hello", "no", "we might pause everything until spring")}
    assert "offer:pause" in names


def test_an_act_never_taught_is_never_found() -> None:
    taught = {"request-cancel", "give-reason", "offer", "decline", "confirm"}
    acts = found_in("you are a fool", "how dare you", "i will hang up now", "cancel it please")
    assert {str(act.label) for act in acts} <= taught


def test_every_call_is_judged_by_a_model_that_has_not_seen_it() -> None:
    training = trained()
    assert len(training.held_out) == len(CALLS)
    hits = [
        any(act.label is ActLabel.REQUEST_CANCEL and act.turn == 1 for act in held.acts)
        for held in training.held_out
    ]
    assert sum(hits) >= len(CALLS) * 0.8


def test_shifting_a_model_makes_its_thresholds_one_half() -> None:
    model = trained().model
    lesson = lessons()[0]
    before = model.judge_call(hash_call(lesson.spoken), lesson.hits)
    thresholds = dict.fromkeys(LABELS, 0.5) | {"request-cancel": 0.2, "offer": 0.7}
    after = shift_model(model, thresholds).judge_call(hash_call(lesson.spoken), lesson.hits)
    for label, threshold in thresholds.items():
        column = LABELS.index(label)
        said = before[:, column] > 0
        moved = 1 / (1 + (1 / before[said, column] - 1) * threshold / (1 - threshold))
        assert after[said, column] == pytest.approx(moved, rel=1e-4)


def test_too_few_findings_give_a_rule_no_curve() -> None:
    assert trained().calibration.curves == {}


def test_sayings_are_read_with_their_labels_and_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "sayings.jsonl"
    path.write_text(
        '{"before": "how can i help", "speaker": "customer", "text": "shut it down", '
        '"acts": ["request-cancel", "give-reason:moving"]}\n\n'
        '{"before": "", "speaker": "agent", "text": "...", "acts": []}\n',
        encoding="utf-8",
    )
    (saying,) = read_sayings(str(path))
    assert saying.spoken.texts == ("shut", "it", "down")
    assert saying.spoken.before == ("how", "can", "i", "help")
    assert [LABELS[i] for i in np.flatnonzero(saying.truth)] == ["request-cancel", "give-reason"]
    assert [act.name for act in saying.qualifiers] == ["give-reason:moving"]


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"speaker": "agent"}', '{"before": "", "speaker": "agent", "text": 3}']
)
def test_a_line_that_is_no_saying_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "sayings.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(ReadError, match="line 1: is no saying"):
        read_sayings(str(path))


def test_sayings_teach_words_that_no_call_has(tmp_path: Path) -> None:
    path = tmp_path / "sayings.jsonl"
    line = '{"before": "", "speaker": "agent", "text": "zut alors %d", "acts": ["refuse"]}\n'
    path.write_text("".join(line % n for n in range(12)), encoding="utf-8")
    taught = train(lessons(), PATTERNS, BOOK, sayings=read_sayings(str(path)))
    spoken = read_sayings(str(path))[0].spoken
    column = LABELS.index("refuse")
    chances = [t.model.first_chances(hash_call([spoken]))[0, column] for t in (trained(), taught)]
    assert chances[1] > 0.5 > chances[0]


def test_too_few_calls_to_measure_on_are_refused() -> None:
    few = [prepare_lesson(invented(number), PATTERNS) for number in range(FOLDS - 1)]
    with pytest.raises(ConfigurationError, match="4 labelled calls to train on: expected 5"):
        train(few, PATTERNS, BOOK)
