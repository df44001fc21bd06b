"""Utterances joined to turns: a backchannel does not split the turn of the one who speaks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from transcript_audit.model import Part, Role, Transcript, Turn, Utterance
from transcript_audit.speakers import fold_label, is_senior, named_person

RESUMES_WITHIN = 1.0
"""Seconds from a speaker's end to their next words within which they evidently go on."""

STOPS_AFTER = 3.0
"""Seconds of pause after which the words that follow are no longer the same turn."""

MOST_AGENTS = 100
"""People named for a call up to which it is looked for who introduces themselves; no real call
comes near, and each is looked for in every utterance."""

TEXTS_KEPT = 10_000
"""Texts of which it is kept whether they are backchannels; several stages ask."""


def split_turns(transcript: Transcript, roles: Mapping[str, Role]) -> tuple[Turn, ...]:
    """The turns of a call: every utterance in exactly one, by time where all have a start.

    Consecutive utterances of one speaker are one turn. So are those on both sides of another
    speaker's backchannel, where the first evidently run on into the second; the backchannel then
    is a turn of its own after it. A label that `roles` lacks has the role `other`.
    """
    utterances = transcript.utterances
    if all(utterance.start is not None for utterance in utterances):
        utterances = tuple(sorted(utterances, key=lambda utterance: utterance.start or 0.0))
    names = _agent_names(utterances, roles, transcript.agent_ids)
    marked = _mark_backchannels(_runs(utterances, names))
    runs = _merge_over_backchannels(marked, punctuated=_is_punctuated(marked))
    return tuple(
        _turn(index, run, roles.get(run.speaker, Role.OTHER)) for index, run in enumerate(runs)
    )


@lru_cache(maxsize=TEXTS_KEPT)
def is_backchannel(text: str) -> bool:
    """Whether the text is nothing but "mhm", "right", "okay", "I see" and the like.

    An "okay" that answers a question also is one by its words; `Turn.backchannel` tells them apart.
    """
    if "?" in text or not _MAY_BE_BACKCHANNEL.match(text):
        return False
    return bool(_BACKCHANNEL.fullmatch(f"{_spoken(text)} "))


@dataclass(frozen=True, slots=True)
class _Run:
    """Utterances of one speaker that follow each other, or that a backchannel did not part."""

    speaker: str
    agent_id: str | None
    utterances: tuple[Utterance, ...]
    backchannel: bool = False

    @property
    def text(self) -> str:
        if len(self.utterances) == 1:
            return self.utterances[0].text
        return " ".join(utterance.text for utterance in self.utterances)

    @property
    def last_words(self) -> str:
        """What was said since a sentence last ended with an utterance, however it is segmented."""
        texts = [self.utterances[-1].text]
        for utterance in self.utterances[-2::-1]:
            if _ENDS.search(utterance.text):
                break
            texts.insert(0, utterance.text)
        return " ".join(texts)


def _runs(utterances: Sequence[Utterance], names: Sequence[str | None]) -> list[_Run]:
    named = zip(utterances, names, strict=True)
    return [
        _Run(speaker, name, tuple(utterance for utterance, _ in group))
        for (speaker, name), group in groupby(named, key=lambda pair: (pair[0].speaker, pair[1]))
    ]


def _mark_backchannels(runs: Sequence[_Run]) -> list[_Run]:
    """The runs; those of bare backchannels marked, unless they answer the question before them."""
    return [
        replace(run, backchannel=True)
        if is_backchannel(run.text) and not (before and _answers(before, run, after))
        else run
        for before, run, after in zip([None, *runs], runs, [*runs[1:], None], strict=False)
    ]


def _answers(before: _Run, run: _Run, after: _Run | None) -> bool:
    """Whether the words of a backchannel answer what was said before them.

    A bare "mhm" within a question that is not done yet answers nothing: the one who asks goes on,
    and does not begin with a word that takes up an answer.
    """
    asked = before.last_words.rstrip("\"'’”)]* ")
    if not is_question(asked):
        return False
    if after is None or after.speaker != before.speaker or asked.endswith(("?", ".", "!")):
        return True
    if not _MINIMAL.fullmatch(f"{_spoken(run.text)} "):
        return True
    return bool(_TAKES_ANSWER.match(_spoken(after.text)))


def _merge_over_backchannels(runs: Sequence[_Run], *, punctuated: bool) -> list[_Run]:
    merged: list[_Run] = []
    index = 0
    while index < len(runs):
        run, aside = runs[index], list[_Run]()
        while index + 2 < len(runs):
            between, after = runs[index + 1 : index + 3]
            if not _goes_on(run, between, after, punctuated=punctuated):
                break
            aside.append(between)
            run = replace(run, utterances=run.utterances + after.utterances)
            index += 2
        merged += [run, *aside]
        index += 1
    return merged


def _goes_on(run: _Run, between: _Run, after: _Run, *, punctuated: bool) -> bool:
    """Whether `run` evidently goes on in `after`, with `between` only a backchannel to it."""
    if (run.speaker, run.agent_id) != (after.speaker, after.agent_id):
        return False
    if not between.backchannel or is_backchannel(run.text) or is_backchannel(after.text):
        return False
    by_time = _goes_on_by_time(run.utterances[-1], between.utterances[0], after.utterances[0])
    if by_time is not None:
        return by_time
    text = run.utterances[-1].text.rstrip("\"'’”)]* ")
    if _BREAKS_OFF.search(text):
        return True
    if text.endswith((".", "!")):
        return False
    return punctuated or bool(_MINIMAL.fullmatch(f"{_spoken(between.text)} "))


def _goes_on_by_time(last: Utterance, between: Utterance, after: Utterance) -> bool | None:
    """What the times tell about `last` going on in `after`; None where they tell nothing."""
    if last.end is None or after.start is None:
        return None
    pause = after.start - last.end
    if pause > STOPS_AFTER:
        return False
    overlaps = between.start is not None and between.start < last.end
    return True if overlaps or pause <= RESUMES_WITHIN else None


def _turn(index: int, run: _Run, role: Role) -> Turn:
    parts, offset = [], 0
    for utterance in run.utterances:
        parts.append(Part(utterance.number, offset, utterance.start, utterance.line))
        offset += len(utterance.text) + 1
    ends = [utterance.end for utterance in run.utterances if utterance.end is not None]
    return Turn(
        index=index,
        role=role,
        speaker=run.speaker,
        text=run.text,
        parts=tuple(parts),
        start=run.utterances[0].start,
        end=max(ends) if run.utterances[-1].end is not None else None,
        agent_id=run.agent_id,
        backchannel=run.backchannel,
    )


# --- words ------------------------------------------------------------------------------------

_MINIMAL_WORDS = r"m+|m+ ?h+m+|uh ?huh"
_MINIMAL = re.compile(rf"(?:(?:{_MINIMAL_WORDS}) ){{1,4}}")
_BACKCHANNEL = re.compile(
    rf"(?:(?:{_MINIMAL_WORDS}|hm+|aha|ah|oh|okay|ok|okey|kay|k|right|righto|alright|all right"
    r"|i see|yeah|got it|gotcha) ){1,4}"
)
_MAY_BE_BACKCHANNEL = re.compile(
    r"[\W_]*(?:m+(?:h+m+)?|hm+|uh ?huh|aha|[ao]h|okay|ok|okey|kay|k|righto?|alright|all|i"
    r"|yeah|got|gotcha|\w*['’`]\w*|uh)(?:[\W_]|$)",
    re.IGNORECASE,
)
"""The first word of every backchannel: most texts begin otherwise, and need no closer look."""

_TAKES_ANSWER = re.compile(
    r"(?:okay|ok|right|great|perfect|lovely|alright|all right|brilliant|good|thank\w*|got it|cheers"
    r"|fine|excellent|wonderful|super|yeah|yes|no|oh|ah|i see|and|so|sorry|well|now)\b"
)
"""How people go on once they have an answer."""
_ENDS = re.compile(r"[.?!…][\"'’”)\]*]*$")
_BREAKS_OFF = re.compile(r"(?:\.\.|…|[-–—,;:])$")
_AUXILIARY = (
    r"(?:do|does|did|are|is|was|were|can|could|would|will|have|has|had|shall|should|may|might|am"
    r"|dont|doesnt|didnt|arent|isnt|wasnt|cant|couldnt|wouldnt|wont|havent|hasnt)"
)
_QUESTION = re.compile(
    rf"\b{_AUXILIARY} (?:you|ya|yall|i|we|it|that|this|there|he|she|they|the|your|my|any\w*)\b"
    rf"|\b(?:what|which|who|whose|when|where|why|how) (?:(?:else|many|much|long) )?{_AUXILIARY}\b"
    r"|\b(?:whats|whos|hows|wheres|whens|how (?:many|much|long|about)|what about|what if)\b"
    r"|^(?:(?:and|so|okay|ok|right|but|well) )*(?:what|which|who|whose|when|where|why|how"
    r"|and (?:the|your))\b"
    r"|\b(?:right|correct|yeah|okay|ok|yes|no|eh|or|or not)$"
)
_LAST_WORDS = 14


def is_question(text: str) -> bool:
    """Whether the text asks something, so that an "okay" after it may be the answer.

    Text with no sentence end is judged by the shape of its last words, as speech recognition
    writes no question marks; in doubt it is a question.
    """
    if "?" in text:
        return True
    if re.search(r"[.!…,–—-][\"'’”)\]]*$", text):
        return False
    words = _spoken(text).split()
    return bool(_QUESTION.search(" ".join(words[-_LAST_WORDS:])))


def _spoken(text: str) -> str:
    """The words in lower case with single spaces, without punctuation or apostrophes."""
    return re.sub(r"[\W_]+", " ", re.sub(r"['’`]", "", text.lower())).strip()


def _is_punctuated(runs: Sequence[_Run]) -> bool:
    """Whether sentences end in a mark so regularly that a missing one means something.

    What is heard out with a "mhm" may well go on, so it does not count.
    """
    long = [
        run.text
        for run, after in zip(runs, [*runs[1:], None], strict=False)
        if not (after and after.backchannel) and len(run.text.split()) > 3
    ]
    ended = sum(bool(re.search(r"[.?!…,;:–—-][\"'’”)\]*]*$", text)) for text in long)
    return ended > 0 and ended >= 0.8 * len(long)


# --- who among the company's people -----------------------------------------------------------


def _agent_names(
    utterances: Sequence[Utterance], roles: Mapping[str, Role], agent_ids: Sequence[str]
) -> list[str | None]:
    """For each utterance the agent who speaks, where the role is agent and a name is known.

    The utterance's own agent id goes first, then the one agent whom the source names, then a name
    in the label, then what agents say of themselves.
    """
    labels = [
        label
        for label in dict.fromkeys(utterance.speaker for utterance in utterances)
        if roles.get(label) == Role.AGENT
    ]
    by_label = _names_by_label(labels, agent_ids)
    unnamed = [label for label in labels if label not in by_label]
    introduced: dict[int, str] = {}
    if 1 < len(agent_ids) <= MOST_AGENTS:
        for label in unnamed:
            introduced |= _introduced_names(utterances, label, agent_ids, one=len(unnamed) > 1)
    return [
        utterance.agent_id or by_label.get(utterance.speaker) or introduced.get(index)
        if utterance.speaker in labels
        else None
        for index, utterance in enumerate(utterances)
    ]


def _names_by_label(labels: Sequence[str], agent_ids: Sequence[str]) -> dict[str, str]:
    """The name that goes with every utterance of a label, for the labels that have one.

    The one agent id that is in no label goes with the only label without a name, or with the only
    such label that is not a supervisor's.
    """
    if len(labels) == 1 and len(agent_ids) == 1:
        return {labels[0]: agent_ids[0]}
    spelled = {fold_label(name): name for name in agent_ids}
    names = {
        label: spelled.get(fold_label(name), name)
        for label in labels
        if (name := named_person(label)) is not None
    }
    left = [name for name in agent_ids if name not in names.values()]
    unnamed = [label for label in labels if label not in names]
    if len(unnamed) > 1:
        unnamed = [label for label in unnamed if not is_senior(label)]
    if len(left) == len(unnamed) == 1:
        names[unnamed[0]] = left[0]
    return names


def _introduced_names(
    utterances: Sequence[Utterance], label: str, agent_ids: Sequence[str], *, one: bool
) -> dict[int, str]:
    """The agent by index of the utterance, as far as self-introductions under a label tell.

    Where each label is `one` agent, an introduction names all the label's utterances. Where agents
    share it, who introduces themselves speaks until the next introduction; but after a hand-off
    only if every agent of the call does so, since otherwise one may have come in unnamed.
    """
    spoken = {
        index: _spoken(utterance.text)
        for index, utterance in enumerate(utterances)
        if utterance.speaker == label
    }
    introductions: dict[int, str] = {}
    leaves: set[int] = set()
    new_for = _NEWCOMER_UTTERANCES
    for index, words in spoken.items():
        name = _introduced(words, agent_ids, newcomer=new_for > 0)
        new_for -= 1
        if name is not None:
            introductions[index] = name
            new_for = 0
        others = set(agent_ids) - set(introductions.values())
        if _HANDS_OFF.search(words) or any(_mentions(words, other) for other in others):
            leaves.add(index)
            new_for = _NEWCOMER_UTTERANCES
    if one:
        names = set(introductions.values())
        return dict.fromkeys(spoken, names.pop()) if len(names) == 1 else {}
    return _speaking(spoken, introductions, leaves, set(agent_ids))


def _speaking(
    spoken: Iterable[int],
    introductions: Mapping[int, str],
    leaves: Collection[int],
    agent_ids: Collection[str],
) -> dict[int, str]:
    """Who speaks in each of the utterances `spoken`, where that is beyond doubt."""
    complete = set(introductions.values()) == agent_ids
    last = max(introductions, default=-1)
    names: dict[int, str] = {}
    name: str | None = None
    for index in spoken:
        name = introductions.get(index, name)
        if name is not None:
            names[index] = name
        if index in leaves and not (complete and index < last):
            name = None
    return names


def _introduced(words: str, agent_ids: Iterable[str], *, newcomer: bool) -> str | None:
    """The agent who introduces themselves in these words; None if nobody or more than one does.

    A newcomer (at the start or after a hand-off) may also say no more than desk and name.
    """
    found = []
    for agent_id in agent_ids:
        if _first_name(agent_id) not in words:
            continue
        name = _name_pattern(agent_id)
        shapes = [
            rf"\b(?:{_I_AM}) (?:{_TITLE} )?{name}\b(?! (?:{_SOMEONE_ELSE})\b)",
            rf"{_NOT_ABOUT}\b{name} (?:speaking|here)\b",
        ]
        if newcomer:
            shapes.append(rf"^(?:\w+ ){{0,4}}(?:its|youve got) {name}\b")
            shapes.append(rf"^(?:\w+ ){{0,5}}{_NOT_ABOUT}{name} (?:in|from|at|on) \w+")
            shapes.append(rf"^(?:\w+ ){{0,5}}{_NOT_ABOUT}{_NOT_ADDRESSED}{name}$")
        if re.search("|".join(shapes), words):
            found.append(agent_id)
    return found[0] if len(found) == 1 else None


def _mentions(words: str, agent_id: str) -> bool:
    if _first_name(agent_id) not in words:
        return False
    return bool(re.search(rf"\b{_name_pattern(agent_id)}s?\b", words))


def _name_pattern(agent_id: str) -> str:
    """What people say for an agent: "Mr Ito" is "ito", "Ann Day" is "ann" or "ann day"."""
    first, *rest = _name_words(agent_id)
    return re.escape(first) + (rf"(?: {re.escape(' '.join(rest))})?" if rest else "")


def _first_name(agent_id: str) -> str:
    """What is always said where an agent is named."""
    return _name_words(agent_id)[0]


@lru_cache(maxsize=4 * MOST_AGENTS)
def _name_words(agent_id: str) -> tuple[str, ...]:
    """The words of an agent's name, without a title; at least one."""
    return tuple(re.sub(rf"^{_TITLE} (?=\w)", "", _spoken(agent_id)).split()) or (agent_id,)


_NEWCOMER_UTTERANCES = 3
_I_AM = (
    r"this is|my names?(?: is)?|i am|im|youre (?:through|on) to|youve reached|you have reached"
    r"|youre (?:now )?(?:speaking|talking|chatting) (?:with|to)|^youve got"
)
_TITLE = r"(?:mr|mrs|ms|miss|mister)"
_SOMEONE_ELSE = r"he|she|they|hes|shes|theyre|whos|wholl|will"
_NOT_ABOUT = "".join(
    rf"(?<!\b{word} )"
    for word in ("have", "got", "is", "get", "to", "with", "for", "from", "ask", "and", "thats")
)
_NOT_ADDRESSED = "".join(
    rf"(?<!\b{word} )" for word in ("hi", "hey", "hello", "thanks", "you", "okay", "yes")
)
_HANDS_OFF = re.compile(
    r"\btransferr?(?:ing)? (?:you|this|the call|your call)\b"
    r"|\b(?:put|pass|send|get|hand|switch|connect|pop|shoot|flick|patch|bounce)(?:t?ing)? "
    r"(?:you|this|the call|your call) (?:\w+ ){0,2}?(?:over|through|across|to|with)\b"
    r"|\bconnect(?:ing)? you\b|\bbring(?:ing)? in\b"
    r"|\b(?:get|getting|fetch) (?:my|the|a|our) (?:\w+ )?(?:supervisor|manager|lead|boss)\b"
    r"|\bi(?:ve| have) got one for you\b"
)
