"""Broken files of the model: an error in one line, no wrong answer, and nothing in them is run."""

from __future__ import annotations

import io
import random
from pathlib import Path

import numpy as np
import pytest
from test_learned import model

from transcript_audit.acts.learned import LearnedModel, load_model, save_model
from transcript_audit.calibration import CALIBRATION_FILE, load_calibration
from transcript_audit.errors import ConfigurationError

FLIPS = 150


def arrays_of(loaded: LearnedModel) -> list[bytes]:
    looks = [*loaded.first.values(), *loaded.qualifiers.values(), *loaded.second.values()]
    parts = ("weights", "scales", "means", "deviations", "intercepts")
    held = [getattr(look, part, None) for look in looks for part in parts]
    names = repr([look.labels for look in looks]).encode()
    return [names, *(each.tobytes() for each in held if each is not None)]


def refuse(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as told:
        load_model(path)
    line = str(told.value)
    assert line.startswith(f"{path}: ")
    assert "model train" in line
    assert "\n" not in line
    return line


@pytest.mark.filterwarnings("ignore")
def test_a_flipped_bit_is_told_or_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    save_model(model(), path)
    whole, expected = path.read_bytes(), arrays_of(load_model(path))
    chance = random.Random(5)  # noqa: S311 - no secret
    # most of its kinds of bytes are in the directory at its end
    places = [chance.randrange(len(whole)) for _ in range(FLIPS // 2)]
    places += [len(whole) - 1 - chance.randrange(5000) for _ in range(FLIPS // 2)]
    told = 0
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        try:
            found = load_model(path)
        except ConfigurationError:
            told += 1
        else:
            assert arrays_of(found) == expected
    assert told > FLIPS // 2


@pytest.mark.parametrize("offset", [6, 8, 10])
def test_a_zip_that_claims_what_python_cannot_unpack_is_told(tmp_path: Path, offset: int) -> None:
    """Its version, its flags, its method: each in the directory at the end."""
    save_model(model(), tmp_path / "model.npz")
    whole = bytearray((tmp_path / "model.npz").read_bytes())
    whole[whole.index(b"PK\x01\x02") + offset] ^= 0x61
    refuse(tmp_path / "other.npz", bytes(whole))


class Hostile:
    """Makes a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> object:
        return Path.touch, (self.mark,)


@pytest.mark.parametrize("name", ["version", "first-customer/labels"])
def test_nothing_in_a_model_is_unpickled(tmp_path: Path, name: str) -> None:
    mark = tmp_path / "run"
    save_model(model(), tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz") as data:
        arrays = {each: data[each] for each in data.files}
    arrays[name] = np.array([Hostile(mark)], dtype=object)
    out = io.BytesIO()
    np.savez(out, **arrays)
    with np.load(io.BytesIO(out.getvalue()), allow_pickle=True) as careless:
        assert len(careless[name]) == 1
    assert mark.exists()
    mark.unlink()
    refuse(tmp_path / "hostile.npz", out.getvalue())
    assert not mark.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("first-customer/scales", np.ones(2, np.float32)),
        ("first-agent/intercepts", np.float32(1)),
        ("second-agent/weights", np.ones((3, 3), np.float32)),
        ("second-customer/means", np.full(2, np.nan, np.float32)),
    ],
)
def test_parts_that_do_not_fit_each_other_are_told(
    tmp_path: Path, name: str, value: object
) -> None:
    save_model(model(), tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz") as data:
        arrays = {each: data[each] for each in data.files}
    out = io.BytesIO()
    np.savez(out, **arrays | {name: value})
    refuse(tmp_path / "other.npz", out.getvalue())


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 400, "[" * 20_000])
def test_a_calibration_with_a_number_that_is_none_is_told(tmp_path: Path, number: str) -> None:
    whole = CALIBRATION_FILE.read_text(encoding="utf-8")
    head, key, rest = whole.partition('"intercept": ')
    path = tmp_path / "calibration.json"
    path.write_text(head + key + number + rest.lstrip("-.0123456789"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"not a calibration .*model train") as told:
        load_calibration(path)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_calibration_that_was_cut_off_is_told(tmp_path: Path, share: float) -> None:
    whole = CALIBRATION_FILE.read_bytes()
    path = tmp_path / "calibration.json"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ConfigurationError, match="not a calibration"):
        load_calibration(path)
