"""Folders of tables on shared storage, which has no folder that could be moved into its place.

Files are put one by one, each whole, and at last a manifest that names them: whoever goes by it
sees the earlier report until the new one is all there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from transcript_audit.cli.streams import check_storage, told
from transcript_audit.errors import ConfigurationError
from transcript_audit.storage import list_files, put_file, read_bytes, remove_file, write_bytes

MANIFEST = "_manifest.json"
"""Programs that read tables leave alone what begins with "_"."""

FORM = 1
_DIGITS = 12


@contextmanager
def open_to_publish(address: str, names: Collection[str] | None) -> Iterator[Path]:
    """A folder of this machine whose files take the places of an earlier report's at the end.

    Args:
        names: of all files; or None to give each a name of what is in it, so that none is replaced
            while others read it. Nothing else may be in the folder then; programs that read all of
            it would read that too.

    Raises:
        ConfigurationError: something would be lost there, or it cannot be written to.
        OutputError: it could not be written; the earlier report's manifest then still stands.
    """
    address = address.rstrip("/")
    check_storage(address)
    earlier = _read_manifest(address)
    _refuse_others(address, {*earlier, MANIFEST}, names)
    with TemporaryDirectory(prefix="transcript-audit-") as made, told(Path(address)):
        folder = Path(made, "tables")
        yield folder
        files = [each for each in sorted(folder.rglob("*")) if each.is_file()]
        named = {each: _name(each, folder, names is None) for each in files}
        _put(address, named, earlier)


def _put(address: str, named: dict[Path, str], earlier: dict[str, Any]) -> None:
    """Put the files, then the manifest; then remove what only the earlier one names."""
    listed = {name: _describe(path) for path, name in named.items()}
    begun = []
    try:
        for path, name in named.items():
            if earlier.get(name) != listed[name]:
                begun.append(name)
                put_file(path, f"{address}/{name}")
        manifest = {"form": FORM, "files": listed}
        write_bytes(f"{address}/{MANIFEST}", json.dumps(manifest, indent=1).encode())
    except BaseException:
        for name in begun:
            if name not in earlier:
                with suppress(OSError):
                    remove_file(f"{address}/{name}")
        raise
    for name in earlier:
        if name not in listed:
            remove_file(f"{address}/{name}")


def _name(path: Path, folder: Path, own_names: bool) -> str:
    below = path.relative_to(folder)
    if own_names:
        below = below.with_stem(f"{below.stem}-{_describe(path)['sha256'][:_DIGITS]}")
    return below.as_posix()


def _describe(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def _read_manifest(address: str) -> dict[str, Any]:
    """The files of an earlier report by name; none where there is none."""
    try:
        held = json.loads(read_bytes(f"{address}/{MANIFEST}"))
        files = {str(name): dict(each) for name, each in held["files"].items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        problem = f"-o {address}: cannot be read: {error.strerror or error}"
        raise ConfigurationError(problem) from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ConfigurationError(
            f"-o {address}: {MANIFEST} there is none of an earlier report; name another folder"
        ) from None
    if any(name.startswith("/") or ".." in name.split("/") for name in files):
        raise ConfigurationError(
            f"-o {address}: {MANIFEST} there names files outside; name another folder"
        )
    return files


def _refuse_others(address: str, ours: set[str], names: Collection[str] | None) -> None:
    for each in list_files(address):
        name = each.address.removeprefix(f"{address}/")
        if name not in ours and (names is None or name in names):
            raise ConfigurationError(
                f"-o {address}: {name} there is none of an earlier report, and would be lost or "
                "mixed with it; name another folder"
            )
