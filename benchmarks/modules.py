"""The modules of the package by floor, each with what it says of itself: for docs/architecture.md.

    python benchmarks/modules.py

Floors are those of the import contract in pyproject.toml, which `make check` enforces.
"""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "transcript_audit"


def read_floors() -> list[list[str]]:
    """The names of the modules on each floor, the highest floor first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    [layers] = [each["layers"] for each in contracts if each.get("containers") == [PACKAGE.name]]
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def describe(name: str) -> str:
    """The first paragraph of a module's docstring, on one line."""
    path = PACKAGE / name / "__init__.py" if (PACKAGE / name).is_dir() else PACKAGE / f"{name}.py"
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n", 1)[0].split())


def main() -> None:
    """Prints the table."""
    print("| floor | module | what it is for |\n| ---: | --- | --- |")
    floors = read_floors()
    for number, names in enumerate(floors):
        for name in names:
            slash = "/" if (PACKAGE / name).is_dir() else ".py"
            print(f"| {len(floors) - number} | `{name}{slash}` | {describe(name)} |")


if __name__ == "__main__":
    main()
