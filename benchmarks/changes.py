"""Changes that leave a call what it is: each gives the changed call, and where its turns came from.

They are written for any call, draw with the generator that they are given, and know nothing of what
the auditor looks at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from random import Random

from names import rename_people, rename_products

from transcript_audit.model import Role, Transcript, Utterance
from transcript_audit.roles import RoleAssignment, RoleOptions, assign_roles
from transcript_audit.turns import is_backchannel


@dataclass(frozen=True, slots=True)
class ChangedCall:
    """A call after a change.

    Attributes:
        origins: per utterance the numbers of the utterances that it came from; none for what
            was added.
    """

    transcript: Transcript
    origins: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """An utterance on its way into a changed call, and what it came from."""

    utterance: Utterance
    origins: tuple[int, ...] = ()


Change = Callable[[Transcript, Random], ChangedCall]

SECONDS_A_WORD = 0.35
"""How long added words take, and all words of a call that is given times."""


def put_together(transcript: Transcript, pieces: Iterable[Piece]) -> ChangedCall:
    """The call of these pieces, its utterances counted anew."""
    kept = [piece for piece in pieces if piece.utterance.text.strip()]
    utterances = tuple(
        replace(piece.utterance, number=number, text=piece.utterance.text.strip())
        for number, piece in enumerate(kept)
    )
    return ChangedCall(
        replace(transcript, utterances=utterances), tuple(piece.origins for piece in kept)
    )


def take_apart(transcript: Transcript) -> list[Piece]:
    """The utterances of a call as pieces."""
    return [Piece(utterance, (utterance.number,)) for utterance in transcript.utterances]


def change_texts(transcript: Transcript, rewrite: Callable[[Utterance], str]) -> ChangedCall:
    """The call with other words in its utterances; what would be left without any stays."""
    return put_together(
        transcript,
        [
            replace(piece, utterance=replace(piece.utterance, text=text))
            if re.search(r"\w", text := rewrite(piece.utterance))
            else piece
            for piece in take_apart(transcript)
        ],
    )


def find_sides(transcript: Transcript) -> dict[str, Role]:
    """The role of each label, as an audit would take it; none where that is in doubt."""
    found = assign_roles(transcript, RoleOptions())
    return dict(found.roles) if isinstance(found, RoleAssignment) else {}


# --- what is added ----------------------------------------------------------------------------

SMALL_TALK = (
    ("How's your day going so far?", "Not too bad, thanks. Yours?", "Oh, much the same."),
    ("Is it raining where you are?", "It was earlier, but it's dry now.", "It's pouring here."),
    ("Did you see the match last night?", "Only the second half.", "It was quite a game."),
    ("Is that a dog I can hear?", "That's him, he barks at the postman.", "Mine does that too."),
    ("Any plans for the weekend?", "A bit of gardening, if it stays dry.", "That sounds nice."),
    ("Busy there today?", "Mondays are always like this.", "I can imagine."),
    ("Is that a northern accent?", "It is, from near the coast.", "My gran lived up that way."),
    ("It's so hot in here today.", "Same here, all the windows are open.", "Roll on autumn."),
)
"""Exchanges about nothing, said in turns by the two sides."""

LISTENING = ("Mhm.", "Mm-hmm.", "Uh-huh.", "Mm.")
FILLERS = ("um", "uh", "er")
SHORTEST_PARTED = 10
"""Words that an utterance must have for somebody to say "mhm" within it."""


def add_small_talk_before(transcript: Transcript, chance: Random) -> ChangedCall:
    """Small talk after the first words of the agent, or at the start where the customer begins."""
    sides = find_sides(transcript)
    at = next(
        (
            index
            for index, each in enumerate(transcript.utterances)
            if sides.get(each.speaker) is Role.CUSTOMER
        ),
        0,
    )
    return _add_exchange(transcript, sides, at, chance)


def add_small_talk_after(transcript: Transcript, chance: Random) -> ChangedCall:
    """Small talk at the end of the call."""
    return _add_exchange(transcript, find_sides(transcript), len(transcript.utterances), chance)


def _add_exchange(
    transcript: Transcript, sides: dict[str, Role], at: int, chance: Random
) -> ChangedCall:
    """The call with an exchange before utterance `at`, begun by whoever did not speak last."""
    labels = {role: label for label, role in reversed(sides.items())}
    pieces = take_apart(transcript)
    if not {Role.AGENT, Role.CUSTOMER} <= labels.keys():
        return put_together(transcript, pieces)
    lines = chance.choice(SMALL_TALK)
    last = sides.get(transcript.utterances[at - 1].speaker) if at else None
    first = Role.CUSTOMER if last is Role.AGENT else Role.AGENT
    follows = sides.get(transcript.utterances[at].speaker) if at < len(pieces) else None
    order = [first, Role.AGENT if first is Role.CUSTOMER else Role.CUSTOMER, first]
    if order[-1] is follows:
        lines, order = lines[:2], order[:2]
    start = pieces[at - 1].utterance.end if at else 0.0
    added: list[Piece] = []
    for role, line in zip(order, lines, strict=True):
        text = write_like(transcript, line)
        end = None if start is None else start + SECONDS_A_WORD * len(text.split())
        added.append(Piece(Utterance(0, labels[role], text, start, end)))
        start = None if end is None else end + 0.5
    late = (start or 0.0) - ((pieces[at - 1].utterance.end or 0.0) if at else 0.0)
    later = [replace(each, utterance=move(each.utterance, late)) for each in pieces[at:]]
    return put_together(transcript, [*pieces[:at], *added, *later])


def add_backchannels(transcript: Transcript, chance: Random) -> ChangedCall:
    """A "mhm" of the other side within every third utterance that is long enough for one."""
    sides = find_sides(transcript)
    labels = {role: label for label, role in reversed(sides.items())}
    other = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}
    pieces: list[Piece] = []
    for piece in take_apart(transcript):
        said = piece.utterance
        listener = labels.get(other.get(sides.get(said.speaker, Role.OTHER), Role.OTHER))
        place = _pause_in(said.text)
        if listener is None or place is None or chance.random() > 1 / 3:
            pieces.append(piece)
            continue
        first, second = _part(piece, place)
        word = write_like(transcript, chance.choice(LISTENING))
        end = first.utterance.end
        heard = Utterance(0, listener, word, end, None if end is None else end + 0.3)
        pieces += [first, Piece(heard), second]
    return put_together(transcript, pieces)


def _pause_in(text: str) -> int | None:
    """Where in a long sentence one may pause: after a comma, else amid its words."""
    words = text.split()
    if len(words) < SHORTEST_PARTED:
        return None
    places = range(4, len(words) - 3)
    amid = [place for place in places if not re.search(r"[.?!;:…][\"'”’)]*$", words[place - 1])]
    commas = [place for place in amid if words[place - 1].endswith(",")]
    middle = len(words) / 2
    return min(commas or amid, key=lambda place: abs(place - middle), default=None)


def _part(piece: Piece, place: int) -> tuple[Piece, Piece]:
    """An utterance in two, before the word `place`; its time is shared out by words."""
    said, words = piece.utterance, piece.utterance.text.split()
    start, end = said.start, said.end
    cut = end if start is None or end is None else start + (end - start) * place / len(words)
    first = replace(said, text=" ".join(words[:place]), end=cut)
    second = replace(said, text=" ".join(words[place:]), start=None if start is None else cut)
    return replace(piece, utterance=first), replace(piece, utterance=second)


def add_fillers(transcript: Transcript, chance: Random) -> ChangedCall:
    """ "um", "uh" and "er" before some of the words, one in twelve."""
    return change_texts(transcript, lambda said: _fill(said.text, FILLERS, 1 / 12, chance))


def add_you_know(transcript: Transcript, chance: Random) -> ChangedCall:
    """ "you know" within one longer sentence in three."""
    plain = not is_written(transcript)

    def rewrite(said: Utterance) -> str:
        place = _pause_in(said.text)
        if place is None or chance.random() > 1 / 3:
            return said.text
        words = said.text.split()
        if plain:
            return " ".join([*words[:place], "you", "know", *words[place:]])
        before = words[place - 1].rstrip(",")
        return " ".join([*words[: place - 1], f"{before},", "you", "know,", *words[place:]])

    return change_texts(transcript, rewrite)


def _fill(text: str, fillers: Sequence[str], share: float, chance: Random) -> str:
    words: list[str] = []
    for word in text.split():
        if chance.random() < share and re.match(r"[A-Za-z]", word):
            words.append(chance.choice(fillers))
        words.append(word)
    return " ".join(words)


# --- how it is written ------------------------------------------------------------------------

_MARKS = re.compile(r"(?<!\w)[^\w\s$£€█\[\]]+|[^\w\s%█\[\]]+(?!\w)")
"""Marks that stand at the edge of a word, so not those of "9.99", "don't" or "a@b.example"."""


def is_written(transcript: Transcript) -> bool:
    """Whether the call has sentence marks at all."""
    return any(re.search(r"[.?!]", each.text) for each in transcript.utterances)


def write_like(transcript: Transcript, text: str) -> str:
    """The text as the call is written: with capitals and marks where that has any."""
    said = " ".join(each.text for each in transcript.utterances)
    text = text if is_written(transcript) else drop_marks(text)
    return text if re.search(r"[A-Z]", said) else text.lower()


def drop_marks(text: str) -> str:
    """The text without punctuation but for what is inside of words."""
    return " ".join(_MARKS.sub(" ", re.sub(r"(?<=\w)-(?=\w)", " ", text)).split())


def drop_case(transcript: Transcript, _chance: Random) -> ChangedCall:
    """All in small letters."""
    return change_texts(transcript, lambda said: said.text.lower())


def drop_punctuation(transcript: Transcript, _chance: Random) -> ChangedCall:
    """No marks but inside of words."""
    return change_texts(transcript, lambda said: drop_marks(said.text))


def drop_both(transcript: Transcript, _chance: Random) -> ChangedCall:
    """Small letters and no marks, as raw speech recognition writes."""
    return change_texts(transcript, lambda said: drop_marks(said.text).lower())


def drop_apostrophes(transcript: Transcript, _chance: Random) -> ChangedCall:
    """ "dont" and "im", as some recognisers write."""
    return change_texts(transcript, lambda said: re.sub(r"(?<=\w)['’](?=\w)", "", said.text))


# --- who and what is named ----------------------------------------------------------------------


def change_people(transcript: Transcript, chance: Random) -> ChangedCall:
    """Agents and customers under other names."""
    renamed = rename_people(transcript, find_sides(transcript), chance)
    return put_together(renamed, take_apart(renamed))


def change_products(transcript: Transcript, chance: Random) -> ChangedCall:
    """Companies, products and towns under other names."""
    renamed = rename_products(transcript, find_sides(transcript), chance)
    return put_together(renamed, take_apart(renamed))


def change_ids(transcript: Transcript, chance: Random) -> ChangedCall:
    """Another call id and other labels for the speakers."""
    names = {Role.AGENT: "Agent", Role.CUSTOMER: "Customer"}
    sides = find_sides(transcript)
    of_role = [label for role in names for label, own in sides.items() if own is role]
    alone = len(of_role) == 2
    pieces = [
        replace(piece, utterance=replace(piece.utterance, speaker=names[sides[label]]))
        if alone and (label := piece.utterance.speaker) in of_role
        else piece
        for piece in take_apart(transcript)
    ]
    return put_together(replace(transcript, call_id=f"call-{chance.randrange(10**6)}"), pieces)


# --- segments and times -------------------------------------------------------------------------


def split_segments(transcript: Transcript, chance: Random) -> ChangedCall:
    """Every longer utterance in two, at the end of a sentence or amid its words."""
    pieces: list[Piece] = []
    for piece in take_apart(transcript):
        words = piece.utterance.text.split()
        ends = [at for at in range(2, len(words) - 1) if re.search(r"[.?!]$", words[at - 1])]
        amid = list(range(4, len(words) - 3))
        places = ends or amid
        pieces += _part(piece, chance.choice(places)) if places else [piece]
    return put_together(transcript, pieces)


def join_segments(transcript: Transcript, _chance: Random) -> ChangedCall:
    """What one speaker says in several utterances in a row as one."""
    pieces = []
    for _, group in groupby(
        take_apart(transcript), lambda each: (each.utterance.speaker, each.utterance.agent_id)
    ):
        same = list(group)
        text = " ".join(each.utterance.text for each in same)
        joined = replace(same[0].utterance, text=text, end=same[-1].utterance.end)
        pieces.append(Piece(joined, tuple(n for each in same for n in each.origins)))
    return put_together(transcript, pieces)


def move(said: Utterance, seconds: float, scale: float = 1.0) -> Utterance:
    """The utterance at another time."""
    start = None if said.start is None else round(said.start * scale + seconds, 3)
    end = None if said.end is None else round(said.end * scale + seconds, 3)
    return replace(said, start=start, end=end)


def _move_all(transcript: Transcript, seconds: float, scale: float = 1.0) -> ChangedCall:
    return put_together(
        transcript,
        [
            replace(piece, utterance=move(piece.utterance, seconds, scale))
            for piece in take_apart(transcript)
        ],
    )


def shift_times(transcript: Transcript, chance: Random) -> ChangedCall:
    """The recording begins up to ten minutes earlier."""
    return _move_all(transcript, round(chance.uniform(1, 600), 1))


def scale_times(transcript: Transcript, chance: Random) -> ChangedCall:
    """A clock that runs up to five per cent fast or slow."""
    return _move_all(transcript, 0.0, chance.uniform(0.95, 1.05))


def give_times(transcript: Transcript) -> Transcript:
    """The call as if spoken at an even pace, where it has no times of its own."""
    if any(each.start is not None for each in transcript.utterances):
        return transcript
    now, utterances = 0.0, []
    for each in transcript.utterances:
        end = now + SECONDS_A_WORD * len(each.text.split())
        overlap = is_backchannel(each.text) and now > 1
        begin = now - 0.8 if overlap else now
        utterances.append(replace(each, start=round(begin, 3), end=round(end, 3)))
        now = end + 0.4
    return replace(transcript, utterances=tuple(utterances))


CHANGES: dict[str, Change] = {
    "small talk before": add_small_talk_before,
    "small talk after": add_small_talk_after,
    "backchannels": add_backchannels,
    "um, uh, er": add_fillers,
    "you know": add_you_know,
    "case dropped": drop_case,
    "punctuation dropped": drop_punctuation,
    "case and punctuation dropped": drop_both,
    "apostrophes dropped": drop_apostrophes,
    "people renamed": change_people,
    "products renamed": change_products,
    "ids and labels renamed": change_ids,
    "segments split": split_segments,
    "segments joined": join_segments,
    "times shifted": shift_times,
    "times scaled": scale_times,
}
"""By name; `TIMED` ones are compared with the same call with times."""

TIMED = frozenset({"times shifted", "times scaled"})

EXACT = frozenset(
    {
        "ids and labels renamed",
        "segments joined",
        "times shifted",
    }
)
"""Changes after which nothing at all may differ."""
