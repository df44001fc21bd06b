"""Work that is done again whenever a file changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from transcript_audit.cli.watching import EVERY, stamp_files, watch

Step = Callable[[], None]


def watched(folder: Path, *steps: Step) -> int:
    """How often the work was done while each wait took the next step, until Ctrl-C."""
    done: list[int] = []
    left = list(steps)

    def wait(seconds: float) -> None:
        assert 0 < seconds <= EVERY
        if not left:
            raise KeyboardInterrupt
        left.pop(0)()

    watch([folder], lambda: done.append(1), wait=wait)
    return len(done)


def nothing() -> None:
    """A wait in which nothing changes."""


def test_work_is_done_at_once_and_not_again_without_a_change(tmp_path: Path) -> None:
    assert watched(tmp_path) == 1
    assert watched(tmp_path, nothing, nothing, nothing) == 1


def test_work_is_done_again_for_a_new_changed_or_deleted_rule_file(tmp_path: Path) -> None:
    path = tmp_path / "checks" / "a.yaml"
    path.parent.mkdir()
    new = lambda: path.write_text("id: a", encoding="utf-8")  # noqa: E731
    changed = lambda: path.write_text("id: another", encoding="utf-8")  # noqa: E731
    assert watched(tmp_path, new, nothing) == 2  # type: ignore[arg-type]
    assert watched(tmp_path, changed, nothing, nothing, path.unlink, nothing) == 3  # type: ignore[arg-type]


def test_other_files_are_no_reason(tmp_path: Path) -> None:
    other = lambda: (tmp_path / "notes.txt").write_text("x", encoding="utf-8")  # noqa: E731
    assert watched(tmp_path, other, nothing, nothing) == 1  # type: ignore[arg-type]


def test_several_writes_of_one_saving_are_one_change(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    writes: list[Step] = [
        lambda text=text: path.write_text(text, encoding="utf-8")  # type: ignore[misc]
        for text in ("i", "id", "id: a")
    ]
    assert watched(tmp_path, *writes, nothing, nothing) == 2


def test_ctrl_c_in_the_middle_of_the_work_ends_it_quietly(tmp_path: Path) -> None:
    def work() -> None:
        raise KeyboardInterrupt

    watch([tmp_path], work, wait=lambda _: pytest.fail("there was no end"))


def test_file_that_goes_while_it_is_looked_at_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    assert stamp_files([tmp_path]) == {}
    assert stamp_files([tmp_path / "none"]) == {}
