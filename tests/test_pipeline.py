"""A spaCy pipeline of the user's own in the model's place: what it gives, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.training import Example
from spacy.util import fix_random_seed
from typer.testing import CliRunner, Result

from transcript_audit.acts.patterns import PatternRecogniser
from transcript_audit.acts.pipeline import Classifier, PipelineRecogniser, load_classifier
from transcript_audit.acts.recogniser import WEAKEST
from transcript_audit.cli import app
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import Act, ActLabel, ActStatus, Part, Role, Turn
from transcript_audit.rulebook import PatternSet, Profile, Reading, RuleBook

pytestmark = pytest.mark.usefixtures("_loaded_once")

SAYINGS = {
    "please end my membership": {"request-cancel"},
    "i want to end it today": {"request-cancel"},
    "stop the membership please": {"request-cancel"},
    "you could rest it for a month": {"offer:pause"},
    "we can rest the membership": {"offer:pause"},
    "have half off the price": {"offer:discount"},
    "i can take half off": {"offer:discount"},
    "the weather is fine": {"none"},
    "thank you so much": {"none"},
}
LABELS = ("request-cancel", "offer:pause", "offer:discount", "none")
CALL = """\
Agent: Harbour Gym, Sam speaking, how can I help you today?
Customer: Please end my membership, I want to end it today.
Agent: You could rest it for a month.
Customer: No, thank you.
Agent: Your membership is cancelled, and it ends on the last of May. Thank you, and all the best.
"""


def train(
    labels: Sequence[str] = LABELS, factory: str = "textcat_multilabel", lang: str = "en"
) -> Language:
    fix_random_seed(0)
    nlp = spacy.blank(lang)
    model = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": factory == "textcat",
        "ngram_size": 1,
        "no_output_layer": False,
        "length": 4096,
    }
    classifier = nlp.add_pipe(factory, config={"model": model})
    for label in labels:
        classifier.add_label(label)  # type: ignore[attr-defined]
    examples = [
        Example.from_dict(
            nlp.make_doc(text), {"cats": {each: float(each in said) for each in labels}}
        )
        for text, said in SAYINGS.items()
    ]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.05
    for _ in range(20):
        nlp.update(examples, sgd=optimizer)
    return nlp


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pipeline") / "acts"
    train().to_disk(folder)
    return folder


def pattern(act: str, phrase: str, **rest: object) -> PatternSet:
    data = {
        "id": f"{act}/own",
        "act": act,
        "phrases": [phrase],
        "examples": {"match": ["a"], "no_match": ["b"]},
    }
    return PatternSet.model_validate(data | rest)


PATTERNS = PatternRecogniser(
    RuleBook(
        (),
        (
            pattern("request-cancel", "cancel it", strength=0.6),
            pattern("offer", "half price", qualifier="discount", strength=0.8),
            pattern("offer", "some deal", qualifier="other", id="offer/open"),
            pattern("refuse", "can not do that", strength=0.7),
            pattern("hang-up", "bye"),
        ),
        {},
        (Reading.model_validate({"status": "negated", "cues": ["not"]}),),
        {},
        Profile(id="own", title="Own", description="Own"),
        "",
    )
)


class Scored(Classifier):
    """A classifier whose scores are told beforehand, by text; and which keeps what it was shown."""

    def __init__(self, scores: dict[str, dict[str, float]]) -> None:
        found: dict[ActLabel, tuple[str, ...]] = {}
        for category in dict.fromkeys(each for told in scores.values() for each in told):
            label = ActLabel(category.partition(":")[0])
            found[label] = (*found.get(label, ()), category)
        super().__init__("told", spacy.blank("en"), found)
        object.__setattr__(self, "told", scores)
        object.__setattr__(self, "shown", [])

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        self.shown.extend(texts)  # type: ignore[attr-defined]
        wanted = [each for told in self.categories.values() for each in told]
        told = self.told  # type: ignore[attr-defined]
        return [{each: told.get(text, {}).get(each, 0.0) for each in wanted} for text in texts]


def turns(*texts: str) -> list[Turn]:
    """Customer and agent in turn, the customer first."""
    roles = (Role.CUSTOMER, Role.AGENT)
    return [
        Turn(n, roles[n % 2], roles[n % 2], text, (Part(n, 0),)) for n, text in enumerate(texts)
    ]


def recognise(scores: dict[str, dict[str, float]], *texts: str) -> tuple[Act, ...]:
    return PipelineRecogniser(PATTERNS, Scored(scores)).recognise(turns(*texts))


# --- what it gives ------------------------------------------------------------------------------


def test_a_trained_pipeline_finds_the_acts_that_its_labels_name(trained: Path) -> None:
    recogniser = PipelineRecogniser(PATTERNS, load_classifier(str(trained)))
    acts = recogniser.recognise(turns("please end my membership", "you could rest it for a month"))
    sure = [(act.turn, act.name, act.source) for act in acts if act.strength >= 0.5]
    assert sure == [(0, "request-cancel", "pipeline"), (1, "offer:pause", "pipeline")]


def test_the_same_call_gets_the_same_acts_from_a_pipeline_loaded_anew(trained: Path) -> None:
    call = turns("please end it, thank you", "have half off", "i want to end it")
    one, other = (
        PipelineRecogniser(PATTERNS, load_classifier(str(trained))).recognise(call)
        for _ in range(2)
    )
    assert one == other


def test_the_score_is_the_strength_and_the_whole_turn_the_evidence() -> None:
    text = "I am done. So that is that."
    (act,) = recognise({text: {"request-cancel": 0.55}}, text)
    assert (act.strength, act.source, act.span) == (0.55, "pipeline", (0, len(text)))


def test_of_pattern_and_pipeline_the_higher_counts_and_the_pattern_is_quoted() -> None:
    text = "Well. Please cancel it today. Thanks."
    for score, strength in ((0.2, 0.6), (0.9, 0.9)):
        (act,) = recognise({text: {"request-cancel": score}}, text)
        assert (act.strength, act.source) == (strength, "request-cancel/own")
        assert text[slice(*act.span)] == "Please cancel it today"


def test_acts_that_the_pipeline_has_no_label_for_come_from_patterns() -> None:
    acts = recognise({"so": {"request-cancel": 0.9}}, "so", "we can not do that")
    assert [(act.name, act.source, act.strength) for act in acts] == [
        ("request-cancel", "pipeline", 0.9),
        ("refuse", "refuse/own", 0.7),
    ]


def test_a_reading_that_takes_a_pattern_away_is_kept_beside_the_pipelines_act() -> None:
    text = "do not cancel it"
    acts = recognise({text: {"request-cancel": 0.9}}, text)
    assert {(act.source, act.status, act.strength) for act in acts} == {
        ("pipeline", ActStatus.ASSERTED, 0.9),
        ("request-cancel/own", ActStatus.NEGATED, 0.6),
    }


@pytest.mark.parametrize(
    ("text", "scores", "qualifier", "strength"),
    [
        ("take it", {"offer:pause": 0.6, "offer:gift": 0.7}, "gift", 0.7),
        ("take it", {"offer": 0.8, "offer:pause": 0.6, "offer:gift": 0.1}, "pause", 0.8),
        ("take it", {"offer": 0.8}, "other", 0.8),
        ("half price", {"offer": 0.9}, "discount", 0.9),
        ("half price", {"offer:pause": 0.9}, "pause", 0.9),
        ("half price", {"offer:pause": 0.1}, "discount", 0.8),
        ("some deal", {"offer:pause": 0.1}, "pause", 0.9),
    ],
)
def test_the_kind_is_that_of_the_surer_voice_that_names_one(
    text: str, scores: dict[str, float], qualifier: str, strength: float
) -> None:
    (act,) = recognise({text: scores}, "so", text)
    assert (act.qualifier, act.strength) == (qualifier, strength)


def test_an_act_of_the_other_role_is_none_whatever_its_score() -> None:
    scores = {"request-cancel": 0.9, "stall": 0.8}
    acts = recognise({"one": scores, "two": scores}, "one", "two")
    assert [(act.turn, act.name) for act in acts] == [(0, "request-cancel"), (1, "stall")]


def test_what_is_hardly_likely_is_left_out() -> None:
    assert recognise({"one": {"request-cancel": WEAKEST - 0.01}}, "one") == ()
    assert len(recognise({"one": {"request-cancel": WEAKEST}}, "one")) == 1


def test_only_the_agents_last_turn_can_hang_up_by_pipeline_or_pattern() -> None:
    scores = {text: {"hang-up": 0.95} for text in ("two", "four")}
    assert [act.turn for act in recognise(scores, "one", "two", "three", "four")] == [3]
    acts = recognise({"four": {"hang-up": 0.1}}, "one", "bye", "three", "four")
    assert [(act.turn, act.source) for act in acts] == [(3, "pipeline")]


def test_the_pipeline_is_shown_each_turn_as_said_and_only_those_of_the_two() -> None:
    classifier = Scored({"one": {"request-cancel": 0.9}})
    call = [
        Turn(0, Role.SYSTEM, "ivr", "one", (Part(0, 0),)),
        Turn(1, Role.CUSTOMER, "c", "Uh, I'm OFF - see?", (Part(1, 0),)),
        Turn(2, Role.AGENT, "a", "...", (Part(2, 0),)),
    ]
    assert PipelineRecogniser(PATTERNS, classifier).recognise(call) == ()
    assert classifier.shown == ["Uh, I'm OFF - see?"]  # type: ignore[attr-defined]


def test_backchannels_do_nothing_and_no_turns_give_no_acts() -> None:
    recogniser = PipelineRecogniser(PATTERNS, Scored({"mhm": {"request-cancel": 0.9}}))
    call = [Turn(0, Role.CUSTOMER, "c", "mhm", (Part(0, 0),), backchannel=True)]
    assert recogniser.recognise(call) == ()
    assert recogniser.recognise([]) == ()


def test_strengths_of_another_pipeline_are_not_calibrated(trained: Path) -> None:
    assert PipelineRecogniser(PATTERNS, load_classifier(str(trained))).calibration is None


# --- what is refused ----------------------------------------------------------------------------


def saved(folder: Path, nlp: Language) -> str:
    nlp.to_disk(folder)
    return str(folder)


def without_classifier(folder: Path) -> str:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    return saved(folder, nlp)


def untrained(folder: Path) -> str:
    nlp = spacy.blank("en")
    nlp.add_pipe("textcat_multilabel").add_label("request-cancel")  # type: ignore[attr-defined]
    return saved(folder, nlp)


def of_unknown_parts(folder: Path) -> str:
    name = saved(folder, spacy.blank("en"))
    config = folder / "config.cfg"
    text = config.read_text(encoding="utf-8")
    text = text.replace("pipeline = []", 'pipeline = ["odd"]')
    text = text.replace("[components]", '[components]\n\n[components.odd]\nfactory = "odd"\n')
    config.write_text(text, encoding="utf-8")
    return name


def empty_folder(folder: Path) -> str:
    folder.mkdir()
    return str(folder)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: "en_core_web_nix", "no such spaCy pipeline; expected a folder or an installed"),
        (lambda _: "", "no such spaCy pipeline"),
        (empty_folder, "cannot be loaded as a spaCy pipeline (OSError: [E053]"),
        (of_unknown_parts, "cannot be loaded as a spaCy pipeline (ValueError: [E002]"),
        (without_classifier, "no text classifier; expected textcat_multilabel or textcat, it has"),
        (untrained, "fails on a text ("),
        (lambda folder: saved(folder, train(lang="de")), "its language is 'de'; only English (en)"),
        (
            lambda folder: saved(folder, train(["request-cancl", "none"])),
            "none of its labels is an act; did you mean 'request-cancel'? it has request-ca",
        ),
        (
            lambda folder: saved(folder, train(["hold", "request_cancel"])),
            "its label 'request_cancel' is no act; did you mean 'request-cancel'? expected",
        ),
        (
            lambda folder: saved(folder, train(["hold", "offer:paus"])),
            "its label 'offer:paus' is no act; did you mean 'offer:pause'? expected one of offer:d",
        ),
        (
            lambda folder: saved(folder, train(["hold", "verify:id"])),
            "its label 'verify:id' is no act; did you mean 'verify'? expected verify",
        ),
    ],
)
def test_a_pipeline_that_cannot_be_used_is_one_clear_line(
    tmp_path: Path, make: Callable[[Path], str], said: str
) -> None:
    name = make(tmp_path / "pipeline")
    with pytest.raises(ConfigurationError) as caught:
        load_classifier(name)
    assert str(caught.value).startswith(f"--pipeline {name}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_installed_pipeline_of_a_like_name_is_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "transcript_audit.acts.pipeline.get_installed_models", lambda: ["en_call_acts"]
    )
    with pytest.raises(ConfigurationError, match="did you mean 'en_call_acts'"):
        load_classifier("en_call_act")


def test_labels_that_are_no_acts_are_left_alone(trained: Path) -> None:
    assert load_classifier(str(trained)).categories == {
        ActLabel.REQUEST_CANCEL: ("request-cancel",),
        ActLabel.OFFER: ("offer:pause", "offer:discount"),
    }


def test_a_classifier_of_exclusive_labels_will_do(tmp_path: Path) -> None:
    classifier = load_classifier(saved(tmp_path / "one", train(factory="textcat")))
    (scores,) = classifier.score(["please end my membership"])
    assert max(scores, key=lambda each: scores[each]) == "request-cancel"


# --- the commands -------------------------------------------------------------------------------


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_audit_takes_the_pipeline_and_names_it_in_several_processes_too(
    trained: Path, tmp_path: Path
) -> None:
    calls = tmp_path / "calls"
    calls.mkdir()
    for number in range(2):
        (calls / f"call-{number}.txt").write_text(CALL, encoding="utf-8")
    words = ("audit", calls, "--pipeline", trained, "--format", "json")
    one, two = run(*words), run(*words, "--jobs", 2)
    assert (one.stderr, two.stderr) == ("", "")
    assert one.stdout == two.stdout
    document = json.loads(two.stdout)
    assert document["run"]["pipeline"] == str(trained)
    assert [call["outcome"] for call in document["calls"]] == ["cancelled"] * 2
    assert [call["attempts"] for call in document["calls"]] == [1, 1]


def test_a_pipeline_that_is_not_there_exits_2_with_one_line_in_any_process(tmp_path: Path) -> None:
    call = tmp_path / "call.txt"
    call.write_text(CALL, encoding="utf-8")
    words = ("audit", call, "--pipeline", "en_nix")
    done, shared = run(*words), run(*words, "--jobs", 2)
    assert (done.exit_code, shared.exit_code) == (2, 2)
    assert done.stderr == shared.stderr
    assert done.stderr.startswith("transcript-audit: --pipeline en_nix: no such spaCy pipeline")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "other"),
    [
        (["audit", "x"], "--patterns-only"),
        (["agent", "Sam", "x"], "--patterns-only"),
        (["call", "1", "x"], "--patterns-only"),
        (["evaluate", "x"], "--patterns-only"),
        (["evaluate", "x"], "--gold-acts"),
    ],
)
def test_a_pipeline_beside_an_option_that_leaves_it_out_is_refused(
    words: list[str], other: str
) -> None:
    done = CliRunner().invoke(app, [*words, "--pipeline", "mine", other])
    assert (done.exit_code, done.stdout) == (2, "")
    said = f"transcript-audit: --pipeline mine: {other} leaves it out; keep one of the two\n"
    assert done.stderr == said


def test_agent_call_and_evaluate_take_the_pipeline(trained: Path, tmp_path: Path) -> None:
    call = tmp_path / "gym-1.txt"
    call.write_text(CALL, encoding="utf-8")
    shown = run("call", "gym-1", call, "--all", "--pipeline", trained)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "request-cancel" in shown.stdout
    agent = run("agent", "Sam", call, "--pipeline", trained)
    assert agent.exit_code == 2  # the call names no agent, which is told once it was audited
    assert "the calls name no agents" in agent.stderr

    lines = [line.split(": ", 1) for line in CALL.splitlines()]
    spoken = [{"speaker": who.lower(), "text": text} for who, text in lines]
    spoken[1]["acts"] = ["request-cancel"]  # type: ignore[assignment]
    gold = {"outcome": "cancelled", "findings": []}
    record = {"id": "gym-1", "kind": "own", "style": "clean", "turns": spoken, "gold": gold}
    labelled = tmp_path / "labelled.jsonl"
    labelled.write_text(json.dumps(record), encoding="utf-8")
    done = run("evaluate", labelled, "--pipeline", trained, "--format", "json")
    document = json.loads(done.stdout)
    assert document["run"]["pipeline"] == str(trained)
    assert document["reliability"] is None
    found = {each["name"]: each["true_positives"] for each in document["acts"]}
    assert found["request-cancel"] == 1
