"""The learned model: its arithmetic, what it quotes, and its file."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.acts.features import BUCKETS, SpokenTurn, bucket, collect_spoken
from transcript_audit.acts.hashing import hash_call
from transcript_audit.acts.learned import (
    FirstLook,
    LearnedModel,
    SecondLook,
    heaviest_stretch,
    load_model,
    save_model,
    second_features,
)
from transcript_audit.acts.words import read_words
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import AGENT_ACTS, CUSTOMER_ACTS, QUALIFIERS, ActLabel, Part, Role, Turn

WIDTH = len(CUSTOMER_ACTS) + len(AGENT_ACTS)
LABELS = {Role.CUSTOMER: CUSTOMER_ACTS, Role.AGENT: AGENT_ACTS}


def call(*texts: str) -> list[SpokenTurn]:
    """Agent and customer in turn, the agent first."""
    roles = (Role.AGENT, Role.CUSTOMER)
    turns = [
        Turn(n, roles[n % 2], roles[n % 2], text, (Part(n, 0),)) for n, text in enumerate(texts)
    ]
    return collect_spoken(turns, [read_words(turn.text) for turn in turns])


CALL = call("hello there", "please cancel it, i am moving", "could i offer a discount", "no thanks")


def look(labels: tuple[str, ...], **heavy: str) -> FirstLook:
    """A first look that is sure of a label (with "-" written "_") where its word occurs."""
    weights = np.zeros((BUCKETS, len(labels)), dtype=np.int8)
    for label, word in heavy.items():
        weights[bucket("w", word), labels.index(label.replace("_", "-"))] = 100
    ones = np.ones(len(labels), dtype=np.float32)
    return FirstLook(labels, weights, ones * np.float32(0.5), ones * np.float32(-5))


def model() -> LearnedModel:
    random = np.random.default_rng(7)
    width = second_features(np.zeros((1, WIDTH)), np.zeros((1, WIDTH))).shape[1]
    first, second = {}, {}
    heavy = {
        Role.CUSTOMER: {"request_cancel": "cancel", "decline": "no"},
        Role.AGENT: {"offer": "discount"},
    }
    for role, acts in LABELS.items():
        labels = tuple(str(act) for act in acts)
        first[role] = look(labels, **heavy[role])
        second[role] = SecondLook(
            labels=labels,
            means=random.normal(size=(width,)).astype(np.float32),
            deviations=random.uniform(1, 2, size=(width,)).astype(np.float32),
            weights=random.normal(scale=0.1, size=(width, len(labels))).astype(np.float32),
            intercepts=random.normal(size=(len(labels),)).astype(np.float32),
        )
    qualifiers = {label: look(names) for label, names in QUALIFIERS.items()}
    qualifiers[ActLabel.OFFER] = look(QUALIFIERS[ActLabel.OFFER], discount="discount")
    qualifiers[ActLabel.GIVE_REASON] = look(QUALIFIERS[ActLabel.GIVE_REASON], moving="moving")
    return LearnedModel(first, second, qualifiers)


def test_first_look_finds_a_word_and_gives_the_other_role_nothing() -> None:
    chances = model().first_chances(hash_call(CALL))
    labels = model().labels
    request, offer = labels.index("request-cancel"), labels.index("offer")
    assert chances.shape == (4, WIDTH)
    assert chances[1, request] > 0.9
    assert chances[3, request] < 0.1
    assert chances[2, offer] > 0.9
    assert not chances[0, : len(CUSTOMER_ACTS)].any()
    assert not chances[1, len(CUSTOMER_ACTS) :].any()


def test_labels_are_the_customers_then_the_agents() -> None:
    assert model().labels == tuple(str(act) for act in (*CUSTOMER_ACTS, *AGENT_ACTS))


def test_second_look_is_a_logistic_regression_over_scaled_features() -> None:
    second = SecondLook(
        ("a",),
        np.array([1.0, 0.0], dtype=np.float32),
        np.array([2.0, 1.0], dtype=np.float32),
        np.array([[1.0], [3.0]], dtype=np.float32),
        np.array([0.5], dtype=np.float32),
    )
    chances = second.chances(np.array([[3.0, 0.0], [1.0, -1.0]]))
    assert chances[:, 0] == pytest.approx([1 / (1 + np.exp(-1.5)), 1 / (1 + np.exp(2.5))])


def test_judging_a_call_gives_each_turn_chances_for_its_own_roles_labels() -> None:
    chances = model().judge_call(hash_call(CALL), np.zeros((4, WIDTH)))
    width = len(CUSTOMER_ACTS)
    assert chances.shape == (4, WIDTH)
    assert ((chances >= 0) & (chances <= 1)).all()
    assert not chances[[0, 2], :width].any()
    assert not chances[[1, 3], width:].any()
    assert chances[[1, 3], :width].all()


def test_judging_looks_at_pattern_hits_and_at_the_turns_around() -> None:
    nothing = np.zeros((4, WIDTH))
    hits = nothing.copy()
    hits[1, 0] = 0.9
    plain, hit = (
        model().judge_call(hash_call(CALL), nothing),
        model().judge_call(hash_call(CALL), hits),
    )
    assert not np.allclose(plain[1], hit[1])
    assert not np.allclose(plain[0], hit[0])
    assert np.allclose(plain[3], hit[3])
    alone = model().judge_call(hash_call(CALL[3:]), np.zeros((1, WIDTH)))
    assert not np.allclose(alone[0], plain[3])


def test_judging_no_turns_gives_no_rows() -> None:
    assert model().judge_call(hash_call([]), np.zeros((0, WIDTH))).shape == (0, WIDTH)


def test_second_features_show_a_hit_beside_it_and_stay_finite() -> None:
    chances = np.array([[0.0, 1.0], [0.5, 0.5], [0.0, 0.0]])
    hits = np.array([[0.9, 0.0], [0.0, 0.0], [0.0, 0.8]])
    table = second_features(chances, hits)
    assert np.isfinite(table).all()
    assert table[1, 0] == pytest.approx(0)
    assert table[:, -6:-4].tolist() == hits.tolist()
    assert table[1, -4:].tolist() == [0.9, 0.0, 0.0, 0.8]
    assert table[0, -4:].tolist() == [0, 0, 0, 0]


def test_the_likeliest_topic_or_kind_is_taken() -> None:
    assert model().qualify(hash_call(CALL), 2, ActLabel.OFFER) == "discount"
    assert model().qualify(hash_call(CALL), 1, ActLabel.GIVE_REASON) == "moving"
    assert model().qualify(hash_call(CALL), 1, ActLabel.REQUEST_CANCEL) == ""


def test_the_quoted_words_are_those_that_weigh_most() -> None:
    turns = call("x", "well the weather here is fine today so anyway please cancel it")
    ((start, end),) = model().find_words(hash_call(turns), [(1, ActLabel.REQUEST_CANCEL)])
    assert "cancel" in turns[1].texts[start:end]
    assert "weather" not in turns[1].texts[start:end]


def test_a_words_weight_is_its_share_of_the_grams_it_is_in() -> None:
    (weights,) = model().weigh_words(hash_call(CALL), [(1, ActLabel.REQUEST_CANCEL)])
    assert len(weights) == len(CALL[1].texts)
    assert weights.index(max(weights)) == CALL[1].texts.index("cancel")
    assert weights[CALL[1].texts.index("moving")] == 0


WEIGHTS = st.lists(st.floats(-9, 9, allow_nan=False), min_size=1, max_size=20)


@given(WEIGHTS)
def test_heaviest_stretch_lies_inside(weights: list[float]) -> None:
    start, end = heaviest_stretch(weights)
    assert 0 <= start < end <= len(weights)


@given(WEIGHTS)
def test_no_other_stretch_weighs_more_against_the_mean(weights: list[float]) -> None:
    shifted = np.array(weights) - (np.mean(weights) if len(weights) > 1 else 0)
    start, end = heaviest_stretch(weights)
    best = max(
        float(shifted[a:b].sum())
        for a in range(len(weights))
        for b in range(a + 1, len(weights) + 1)
    )
    assert float(shifted[start:end].sum()) == pytest.approx(best, abs=1e-9)


def test_heaviest_stretch_is_what_stands_out() -> None:
    assert heaviest_stretch(np.array([0, 0, 0, 5.0, 0, 0, 0])) == (3, 4)
    assert heaviest_stretch(np.array([0, 4.0, 1.0, 5.0, 0, 0, 0])) == (1, 4)


def test_a_saved_model_judges_exactly_as_before(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    save_model(model(), path)
    loaded = load_model(path)
    hits = np.full((4, WIDTH), 0.3)
    assert loaded.labels == model().labels
    before, after = (
        model().judge_call(hash_call(CALL), hits),
        loaded.judge_call(hash_call(CALL), hits),
    )
    assert before.tobytes() == after.tobytes()
    assert loaded.qualify(hash_call(CALL), 2, ActLabel.OFFER) == "discount"
    for label in (ActLabel.REQUEST_CANCEL, ActLabel.DECLINE):
        asked = [(1, label)]
        assert loaded.find_words(hash_call(CALL), asked) == model().find_words(
            hash_call(CALL), asked
        )


def test_the_same_model_gives_the_same_file(tmp_path: Path) -> None:
    save_model(model(), tmp_path / "one.npz")
    save_model(model(), tmp_path / "other.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()


def archive(**arrays: object) -> bytes:
    file = io.BytesIO()
    contents: dict[str, Any] = {name: np.array(value) for name, value in arrays.items()}
    np.savez_compressed(file, **contents)
    return file.getvalue()


def lone_array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


def saved(tmp_path: Path) -> bytes:
    save_model(model(), tmp_path / "whole.npz")
    return (tmp_path / "whole.npz").read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a model",
        b"PK\x03\x04 cut off",
        lone_array(),
        archive(other=[1, 2]),
        archive(version=1),
        archive(version=[1, 2]),
        archive(version="one"),
    ],
    ids=["empty", "text", "broken-zip", "array", "foreign", "parts", "versions", "word"],
)
def test_a_foreign_or_broken_file_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"model train") as caught:
        load_model(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_file_cut_short_is_one_clear_error(tmp_path: Path, share: float) -> None:
    whole = saved(tmp_path)
    path = tmp_path / "cut.npz"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ConfigurationError, match=r"cut\.npz: .*model train"):
        load_model(path)


def test_a_file_with_damaged_content_is_one_clear_error(tmp_path: Path) -> None:
    whole = bytearray(saved(tmp_path))
    middle = len(whole) // 3
    whole[middle : middle + 200] = bytes(200)
    path = tmp_path / "damaged.npz"
    path.write_bytes(bytes(whole))
    with pytest.raises(ConfigurationError, match=r"damaged\.npz: .*model train"):
        load_model(path)


def test_a_model_of_another_version_says_which_is_expected(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(archive(version=99))
    with pytest.raises(ConfigurationError, match="version 99, 1 expected"):
        load_model(path)


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.npz: .*model train"):
        load_model(tmp_path / "none.npz")


def test_rows_beyond_the_hash_space_are_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    save_model(model(), path)
    with np.load(path) as data:
        arrays = {name: data[name] for name in data.files}
    arrays["first-customer/rows"] = arrays["first-customer/rows"] + BUCKETS
    np.savez_compressed(path, **arrays)
    with pytest.raises(ConfigurationError, match=r"model\.npz: .*model train"):
        load_model(path)


def test_shifting_one_intercept_changes_one_label_only() -> None:
    one = model()
    second = one.second[Role.CUSTOMER]
    moved = second.intercepts.copy()
    moved[0] += 2
    other = replace(one, second=one.second | {Role.CUSTOMER: replace(second, intercepts=moved)})
    before = one.judge_call(hash_call(CALL), np.zeros((4, WIDTH)))
    after = other.judge_call(hash_call(CALL), np.zeros((4, WIDTH)))
    assert (after[[1, 3], 0] > before[[1, 3], 0]).all()
    assert np.array_equal(after[:, 1:], before[:, 1:])
