"""What judges calls beside the rule files and the model: the code of this program on their road."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from transcript_audit import __version__

ROAD = (
    *("acts", "audit", "cached_files", "calibration", "checks", "diarisation", "episode", "gate"),
    *("handing_over", "language", "model", "outcomes", "privacy", "pseudonyms", "redaction"),
    *("redaction_marks", "role_cues", "roles", "roster", "rulebook", "speakers", "talk"),
    *("timed_acts", "turns"),
)
"""Modules and packages between a transcript and its redacted audit. What readers make of a source
is in the key of the call itself."""

_ENDINGS = {".py", ".txt"}
"""Of files that decide: code, and the lists of words beside it."""


def road_version() -> str:
    """This program's version, and a digest of the code that judges and redacts.

    So what one state of the code has come to is not taken for what another would, also within a
    version: where the program is worked on, or was mended by hand.
    """
    return f"{__version__} {digest_code(Path(__file__).parent)}"


@cache
def digest_code(package: Path) -> str:
    """Twelve hexadecimal digits of the road's files; the same whatever the line ends of a checkout.

    Args:
        package: the folder of `transcript_audit`. Files that are not there as text, as in a program
            made into one file, count as missing.
    """
    digest = hashlib.sha256()
    for name in ROAD:
        folder, module = package / name, package / f"{name}.py"
        for file in sorted(folder.rglob("*")) if folder.is_dir() else [module]:
            if file.suffix in _ENDINGS and file.is_file():
                told = file.relative_to(package).as_posix()
                digest.update(f"{told}\0".encode() + file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:12]
