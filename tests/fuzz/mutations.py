"""Changes to an input that keep its shape: JSON stays JSON, and an archive an archive.

Bytes changed at random mostly break the outermost layer, and what lies beneath is never reached.
"""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable

ODD = (
    None,
    True,
    False,
    0,
    -1,
    1e308,
    -0.0,
    2**64,
    "",
    " ",
    "\u202e",
    "\x00",
    "\ud800",
    "1e999",
    "NaN",
    "PT1H2M",
    "00:00:01",
    "2026-13-45T25:61:61Z",
    [],
    {},
    [[]],
    [{}],
    {"": ""},
    [None, 1, "x"],
)
"""Values that stand where another kind is expected."""

Mutate = Callable[[bytes, int], bytes]


def mutate_within(data: bytes, most: int, seed: int, mutate: Mutate) -> bytes:
    """The input changed in its own terms, up to `most` bytes long; else by `mutate`."""
    dice = random.Random(seed)  # noqa: S311 - nothing is kept secret
    body = data[1:]
    changed: bytes | None = None
    if dice.random() < 0.6:
        if body.startswith(b"PK\x03\x04"):
            changed = _change_member(body, most, dice, mutate)
        elif body.lstrip()[:1] in {b"{", b"["}:
            changed = _change_json(body, dice)
    if changed is None or len(changed) + 1 > most:
        return mutate(data, most)
    return data[:1] + changed


def _change_json(body: bytes, dice: random.Random) -> bytes | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return change_document(document, dice.getrandbits(32))


def change_document(document: object, seed: int) -> bytes:
    """The document as JSON, with one to three values changed."""
    dice = random.Random(seed)  # noqa: S311 - nothing is kept secret
    holder = {"": json.loads(json.dumps(document))}
    for _ in range(dice.randint(1, 3)):
        _change_one(holder, dice)
    return json.dumps(holder[""], allow_nan=True).encode()


def _change_one(holder: dict[str, object], dice: random.Random) -> None:
    """Changes one value somewhere below `holder`: another in its place, gone, or there twice."""
    places: list[tuple[dict | list, str | int]] = []  # type: ignore[type-arg]
    waiting: list[object] = [holder]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            places += [(node, key) for key in node]
            waiting += node.values()
        elif isinstance(node, list):
            places += [(node, index) for index in range(len(node))]
            waiting += node
    node, key = dice.choice(places)
    way = dice.randrange(4)
    if way == 0 and node is not holder:
        del node[key]  # type: ignore[arg-type]
    elif way == 1 and isinstance(node, list):
        node.insert(dice.randrange(len(node) + 1), node[key])  # type: ignore[index]
    elif way == 2:
        other, at = dice.choice(places)
        node[key] = json.loads(json.dumps(other[at]))  # type: ignore[index]
    else:
        node[key] = dice.choice(ODD)  # type: ignore[index]


def _change_member(body: bytes, most: int, dice: random.Random, mutate: Mutate) -> bytes | None:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except Exception:
        return None
    if not members:
        return None
    number = dice.randrange(len(members))
    name, held = members[number]
    members[number] = (name, mutate(held, most))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in members:
            archive.writestr(name, held)
    return out.getvalue()
