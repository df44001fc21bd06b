"""Words of a source made safe to keep: control characters out, everything else as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from transcript_audit.model import Utterance

_SPACES = re.compile(r"[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x9f]")
_INVISIBLE = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]+"
)
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_BETWEEN_NAMES = re.compile(r"\s*[,;]\s*")
_TITLE = r"(?:mr|mrs|ms|mx|miss|mdm|dr)\.?"
# In speech recognition without capitals a surname such as Day needs more to be one.
_LEADS_TO_A_NAME = r"is|name['’]?s|i am|i['’]?m|it['’]?s|to|with|hi|hey|thanks"


def clean(text: str) -> str:
    """`text` stripped and in one line, without control characters; "" where nothing in it can be
    seen, as with zero-width spaces. Nothing else is changed.

    Half a surrogate pair (broken JSON escapes) becomes U+FFFD, since no file could hold it.
    """
    text = _CONTROLS.sub("", _SPACES.sub(" ", text))
    if _INVISIBLE.fullmatch(text):
        return ""
    return _SURROGATES.sub("\ufffd", text).strip()


def split_names(text: str, utterances: Sequence[Utterance] = ()) -> tuple[str, ...]:
    """The names in a list such as "Kim, Lee, Ann", each once, in order.

    Two names and a comma may also be one person, surname first ("Shah, Priya"). They are two
    only where each stands on its own in the call's `utterances`: as a speaker, or as a name in
    what is said (not in "Priya Shah" or "Ms Shah"). A semicolon, or a third name, always makes
    a list.
    """
    text = clean(text).strip(",; ")
    names = tuple(dict.fromkeys(filter(None, map(clean, _BETWEEN_NAMES.split(text)))))
    if len(names) != 2 or ";" in text or _are_two_people(names, utterances):
        return names
    return (text,)


def _are_two_people(names: Sequence[str], utterances: Sequence[Utterance]) -> bool:
    labels = {
        label.casefold() for each in utterances for label in (each.speaker, each.agent_id) if label
    }
    if all(name.casefold() in labels for name in names):
        return True
    said = "\n".join(utterance.text for utterance in utterances)
    first, second = map(re.escape, names)
    together = rf"\b{second} (?:\w\.? )?{first}\b|\b{_TITLE} (?:{first}|{second})\b"
    alone = re.sub(together, "", said, flags=re.I)
    return all(
        re.search(rf"(?<!\w){name}(?!\w)", alone)
        or re.search(
            rf"\b(?:{_LEADS_TO_A_NAME}) {name}\b|\b{name} (?:here|speaking)\b", alone, re.I
        )
        for name in (first, second)
    )


def told(error: Exception) -> str:
    """What a library says of a fault, in one line of at most 120 characters.

    Some quote the whole file.
    """
    return clean(str(error))[:120] or type(error).__name__


def quoted(value: object, length: int = 40) -> str:
    """`value` shortened and in quotes, to show in a message."""
    text = clean(str(value))
    return json.dumps(text if len(text) <= length else text[:length] + "…", ensure_ascii=False)
