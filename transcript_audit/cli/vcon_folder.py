"""A folder that takes a vCon a call, without what earlier runs have left in it."""
# ruff: noqa: PLC0415 - `--help` must not pay for the readers

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from transcript_audit.cli.streams import say
from transcript_audit.errors import ConfigurationError

VCON = ".vcon.json"


def check_folder(output: str, inputs: Sequence[str], overwrite: bool) -> None:
    """Nothing; the folder is empty, or is to be written over and holds nothing that is read.

    Raises:
        ConfigurationError: it isn't.
    """
    folder = Path(output)
    if not (folder.is_dir() and _list_files(folder)):
        return
    if not overwrite:
        raise ConfigurationError(
            f"-o {output}: is not empty, and calls of an earlier run would be among the new ones; "
            "name another folder, or --overwrite to have its vCons replaced"
        )
    from transcript_audit.readers import find_sources

    inside = folder.resolve()
    for source in find_sources([each for each in inputs if each not in {"-", "@-"}]):
        if Path(source.path).resolve().is_relative_to(inside):
            raise ConfigurationError(
                f"-o {output}: holds {source.path}, which is read; name another folder"
            )


def make_folder(output: str) -> Path:
    """The folder, made if need be.

    Raises:
        ConfigurationError: it cannot be.
    """
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"-o {output}: cannot be made: {error.strerror}") from None
    return folder


def name_file(call_id: str, taken: set[str]) -> str:
    """A file name for the call that is not `taken` in any case, and now is."""
    # By the name alone two ids could be the same file, as where case doesn't count.
    name = stem = re.sub(r"[^\w.~#-]+", "_", call_id)[:100].strip(".") or "call"
    copies = 1
    while name.casefold() in taken:
        copies += 1
        name = f"{stem}~{copies}"
    taken.add(name.casefold())
    return f"{name}{VCON}"


def remove_stale(folder: Path, written: Iterable[Path]) -> None:
    """Remove the vCons that an earlier run has written and this one has not; tell what stays.

    Raises:
        ConfigurationError: one cannot be removed.
    """
    from transcript_audit.writers.vcon import is_converted

    new = {_identity(path) for path in written}
    removed, kept = 0, []
    for path in _list_files(folder):
        try:
            if _identity(path) in new:
                continue
            if path.name.endswith(VCON) and path.is_file() and is_converted(path.read_bytes()):
                path.unlink()
                removed += 1
            else:
                kept.append(path.name)
        except OSError as error:
            raise ConfigurationError(f"{path}: cannot be removed: {error.strerror}") from None
    if removed:
        say(f"{folder}: {removed} of an earlier run removed")
    if kept:
        listed = ", ".join(kept[:10]) + (", ..." if len(kept) > 10 else "")
        say(f"{folder}: left as found, since no run of convert wrote it: {listed}")


def _list_files(folder: Path) -> list[Path]:
    """What is in the folder, by name; hidden files aside, which no command reads.

    Raises:
        ConfigurationError: the folder cannot be opened.
    """
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise ConfigurationError(f"{folder}: cannot be opened: {error.strerror}") from None


def _identity(path: Path) -> tuple[int, int]:
    """What tells a file from others, whatever the case of its name."""
    status = path.lstat()
    return status.st_dev, status.st_ino
