"""Files that take their places in a folder all together, or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from transcript_audit.errors import ConfigurationError
from transcript_audit.whole_files import alone_in, force_folder, force_tree


@contextmanager
def replace_files(
    folder: Path, names: Sequence[str], is_ours: Callable[[Path], bool], *, alone: bool = False
) -> Iterator[Path]:
    """A folder to write files of these names into; at the end they go into `folder`.

    Whatever goes wrong, `folder` is as it was. The last of the names is the first to go and the
    last to come: where it stands, all are there.

    Args:
        folder: made if there is none; files of other names stay as they are.
        is_ours: whether a file that has one of the names already may be replaced.
        alone: whether no other file may be there.

    Raises:
        ConfigurationError: a file of one of the names may not, or `folder` is no folder.
        OSError: a file cannot be written or replaced.
    """
    check_names(folder, names, is_ours)
    new = not folder.exists()
    folder.mkdir(exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".transcript-audit-", dir=folder))
    try:
        yield draft
        force_tree(draft)
        with alone_in(folder):  # or files of two runs would get among each other
            check_names(folder, names, is_ours)
            if alone:
                check_empty(folder)
            _move_in(draft, folder, names)
        new = False
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if new:
            with suppress(OSError):  # another run has put something there
                folder.rmdir()
    force_folder(folder)


def check_empty(folder: Path) -> None:
    """Nothing; there is no folder, or nothing in it but what is hidden.

    Raises:
        ConfigurationError: there is.
    """
    if folder.is_dir() and any(not each.name.startswith(".") for each in folder.iterdir()):
        raise ConfigurationError(
            f"-o {folder}: is not empty, and files of another run would be among the new ones; "
            "name another folder"
        )


def check_names(folder: Path, names: Sequence[str], is_ours: Callable[[Path], bool]) -> None:
    """Nothing; `replace_files` could put files of these names into `folder`.

    Raises:
        ConfigurationError: it could not.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"-o {folder}: is a file; tables need a folder, give its name")
    for name in names:
        path = folder / name
        if path.is_symlink() or (path.exists() and not (path.is_file() and is_ours(path))):
            raise ConfigurationError(
                f"-o {folder}: {name} there is no table of an earlier report, and would be lost; "
                "name another folder"
            )


def _move_in(draft: Path, folder: Path, names: Sequence[str]) -> None:
    old = draft / "old"
    old.mkdir()
    moves = [(folder / name, old / name) for name in reversed(names) if (folder / name).exists()]
    moves += [(draft / name, folder / name) for name in names]
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            source.replace(target)
            done.append((source, target))
    except BaseException:
        for source, target in reversed(done):
            target.replace(source)
        raise
