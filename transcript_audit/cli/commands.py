"""The commands by name, each loaded when it is run: `--help` pays for none of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.main import get_group

HELP = {
    "audit": "Audit calls, report per agent, and keep the audits.",
    "agent": "Show one agent's scorecard beside the rest of the team, with every call.",
    "team": "Show the team: who needs help, how all compare, which rule rises.",
    "call": "Show one call, of the files named or of the store.",
    "coach": "Write a sheet for a talk with each agent, on one page.",
    "convert": "Convert calls of any format to canonical JSONL, vCon or Parquet.",
    "doctor": "Tell what would be read and how, what would be skipped and why.",
    "init": "Write a settings file for a folder of calls.",
    "sample": "Draw calls of every agent for people to hear.",
    "schema": "Write the JSON Schemas of --format json and --format jsonl.",
    "evaluate": "Compare the audit with labelled calls: precision, recall and F1.",
    "store": "Look after the stored audits.",
    "formats": "Tell which formats are read, and what a file would be read as.",
    "review": "Review findings, and see what reviewers make of them.",
    "rules": "List, show, test and check the rules.",
    "model": "Train the recogniser of acts.",
}
"""How the help of each command begins, in the order in which they are listed."""

_ELSEWHERE = {"team": "agent"}
"""Modules of commands that are not called as the command is."""


class Commands(Mapping[str, Any]):
    """The commands by name, in the order of `HELP`."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in HELP:
            raise KeyError(name)
        if name not in self._loaded:
            self._loaded[name] = _load(name)
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(HELP)

    def __len__(self) -> int:
        return len(HELP)


def _load(name: str) -> Any:
    """The command, or group of commands, called `name`: the module's function, or its `app`."""
    module = import_module(f"transcript_audit.cli.{_ELSEWHERE.get(name, name)}")
    shelf = typer.Typer(add_completion=False, rich_markup_mode=None)
    shelf.callback()(lambda: None)  # with a callback it stays a group, whatever it holds
    if hasattr(module, "app"):
        shelf.add_typer(module.app, name=name)
    else:
        shelf.command(name)(getattr(module, name))
    return get_group(shelf).commands[name]
