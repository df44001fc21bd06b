"""Files of one contact: parts of a conversation are one call, and of twins one is read."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
import zipfile
from pathlib import Path
from time import perf_counter

import pytest
from exports import Record, agents, as_transcript, reason_of, said, texts, times
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.inspection import inspect_sources
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers import ReadOptions, read_transcripts
from transcript_audit.readers.contacts import (
    Contact,
    Conversations,
    bring_together,
    find_places_of_parts,
)
from transcript_audit.roles import RoleOptions
from transcript_audit.spool import SMALL_AT_ONCE

BEGAN = 1_772_616_600_000
"""2026-03-04T09:30:00Z in milliseconds since 1970."""


def part(
    communication: str, *lines: tuple[int, str], agent: str = "u-ola", **more: object
) -> Record:
    """One communication of a conversation; its lines with seconds from the conversation's start."""
    phrases = [
        {
            "participantPurpose": "internal" if number % 2 == 0 else "external",
            "startTimeMs": BEGAN + 1000 * second,
            "text": text,
        }
        for number, (second, text) in enumerate(lines)
    ]
    return {
        "conversationId": "conv-417",
        "communicationId": communication,
        "conversationStartTime": BEGAN,
        "transcripts": [{"transcriptId": f"t-{communication}", "phrases": phrases}],
        "participants": [{"participantPurpose": "agent", "userId": agent}],
        **more,
    }


FIRST = part("a", (1, "Fernhill Gas, Ola here."), (4, "Please close my account."))
SECOND = part("b", (61, "Max here, it is closed."), (65, "Thank you."), agent="u-max")
OTHER = part("c", (2, "Hello, Ada here."), (5, "Hi."), conversationId="conv-418")
SAID = [
    ("agent", "Fernhill Gas, Ola here."),
    ("customer", "Please close my account."),
    ("agent", "Max here, it is closed."),
    ("customer", "Thank you."),
]


def contact_lens(redacted: bool, contact: str = "c-9") -> Record:
    name = "[PII]" if redacted else "Ola"
    return {
        "JobStatus": "COMPLETED",
        "ContentMetadata": (
            {"Output": "Redacted", "RedactionTypes": ["PII"]} if redacted else {"Output": "Raw"}
        ),
        "Participants": [{"ParticipantId": "p", "ParticipantRole": "AGENT"}],
        "Transcript": [
            {
                "ParticipantId": "p",
                "Content": f"Hi, {name} here.",
                "BeginOffsetMillis": 0,
                "EndOffsetMillis": 900,
                "LoudnessScore": [60],
            }
        ],
        "CustomerMetadata": {"ContactId": contact},
    }


def write(folder: Path, **records: object) -> str:
    """The folder, with a JSON file for each record (a string is written as it is)."""
    for name, record in records.items():
        text = record if isinstance(record, str) else json.dumps(record)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return str(folder)


def zipped(**records: object) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, record in records.items():
            text = record if isinstance(record, str) else json.dumps(record)
            archive.writestr(f"{name}.json", text)
    return packed.getvalue()


def read(*paths: str) -> list[Transcript | SkippedCall]:
    return list(read_transcripts(list(paths)))


def read_bytes(data: bytes) -> list[Transcript | SkippedCall]:
    return list(read_transcripts(["-"], ReadOptions(), io.BytesIO(data)))


# --- parts ------------------------------------------------------------------------------------


def check_joined(calls: list[Transcript | SkippedCall]) -> None:
    """The conversation is one call, and the other one beside it is another."""
    assert sorted(call.call_id for call in calls) == ["conv-417", "conv-418"]
    call = as_transcript(next(call for call in calls if call.call_id == "conv-417"))
    assert said(call) == SAID
    assert times(call) == [(1.0, None), (4.0, None), (61.0, None), (65.0, None)]
    assert agents(call) == ["u-ola", None, "u-max", None]
    assert call.agent_ids == ("u-ola", "u-max")
    assert [each.number for each in call.utterances] == [0, 1, 2, 3]


def test_parts_in_a_folder_are_one_call_in_the_order_of_time(tmp_path: Path) -> None:
    check_joined(read(write(tmp_path, one=SECOND, three=FIRST, two=OTHER)))


def test_parts_named_one_by_one_are_one_call(tmp_path: Path) -> None:
    write(tmp_path, one=SECOND, three=FIRST, two=OTHER)
    check_joined(read(*(str(tmp_path / f"{name}.json") for name in ("three", "two", "one"))))


def test_parts_in_subfolders_packed_or_as_utf_16_are_one_call(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps(SECOND).encode()))
    (tmp_path / "b" / "x.json").write_text(json.dumps(FIRST, indent=1), encoding="utf-16")
    check_joined(read(write(tmp_path, two=OTHER)))


@pytest.mark.parametrize("on_stdin", [False, True])
def test_parts_in_an_archive_are_one_call(tmp_path: Path, on_stdin: bool) -> None:
    packed = zipped(one=SECOND, two=OTHER, three=FIRST)
    (tmp_path / "calls.zip").write_bytes(packed)
    check_joined(read_bytes(packed) if on_stdin else read(str(tmp_path / "calls.zip")))


@pytest.mark.parametrize("form", ["lines", "array", "envelope"])
def test_parts_in_a_stream_are_one_call(form: str) -> None:
    records = [SECOND, OTHER, FIRST]
    text = {
        "lines": "\n".join(map(json.dumps, records)),
        "array": json.dumps(records, indent=1),
        "envelope": json.dumps({"entities": records}),
    }[form]
    check_joined(read_bytes(text.encode()))


def test_a_conversation_in_lines_comes_as_soon_as_its_last_part_is_read() -> None:
    lines = "\n".join(map(json.dumps, [FIRST, SECOND, OTHER]))
    assert [call.call_id for call in read_bytes(lines.encode())] == ["conv-417", "conv-418"]


@pytest.mark.parametrize("form", ["lines", "array"])
def test_a_conversation_in_a_stream_comes_as_soon_as_its_last_part_is_read(form: str) -> None:
    records = [FIRST, OTHER, SECOND, part("d", (1, "Hi, Ada here."), conversationId="conv-419")]
    text = "\n".join(map(json.dumps, records)) if form == "lines" else json.dumps(records)
    calls = read_bytes(text.encode())
    assert [call.call_id for call in calls] == ["conv-418", "conv-417", "conv-419"]
    assert said(as_transcript(calls[1])) == SAID


@pytest.mark.parametrize("form", ["lines", "array"])
def test_parts_on_several_pages_are_one_call(form: str) -> None:
    pages = [{"entities": [OTHER, FIRST]}, {"entities": [SECOND]}]
    text = "\n".join(map(json.dumps, pages)) if form == "lines" else json.dumps(pages)
    check_joined(read_bytes(text.encode()))


def test_of_a_cut_array_no_conversation_is_judged_that_may_go_on_after_the_cut() -> None:
    canonical = {"id": "a", "turns": [{"speaker": "agent", "text": "Hello."}]}
    cut = json.dumps([FIRST, canonical, OTHER, SECOND])[:-30]
    first, whole, other, fault = read_bytes(cut.encode())
    assert as_transcript(whole).call_id == "a"
    for call, name in ((first, "conv-417"), (other, "conv-418")):
        assert call.call_id == name
        assert "another part of this conversation may stand where" in reason_of(call)
    assert "it seems cut off" in reason_of(fault)


def test_a_part_in_doubt_costs_its_conversation_alone() -> None:
    odd = json.dumps(SECOND).replace(
        '"communicationId"', '"communicationId": "z", "communicationId"'
    )
    calls = read_bytes(f"[{json.dumps(FIRST)}, {odd}, {json.dumps(OTHER)}]".encode())
    assert [(type(call), call.call_id) for call in calls] == [
        (SkippedCall, "conv-417"),
        (SkippedCall, "conv-417~2"),
        (Transcript, "conv-418"),
    ]
    assert 'key "communicationId" twice' in reason_of(calls[1])


def test_very_many_conversations_are_looked_through_in_little_memory() -> None:
    lines = (f'{{"conversationId": "conversation-{number:060}"}}' for number in range(20_000))
    tracemalloc.start()
    assert find_places_of_parts(lines) == {}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000 * 100


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=2), max_size=12))
def test_places_that_share_a_conversation_belong_together(pages: list[list[str]]) -> None:
    texts = [" ".join(f'"conversationId": "{name}"' for name in page) for page in pages]
    found = find_places_of_parts(texts)
    for place, page in enumerate(pages, 1):
        sharing = [other for other, names in enumerate(pages, 1) if set(page) & set(names)]
        if sharing[1:]:
            assert {found[other][1] for other in sharing} == {found[place][1]}
            assert found[place][1] >= sharing[-1]
    assert all(last in found for _, last in found.values())
    assert all(name in ("", *pages[place - 1][:1]) for place, (name, _) in found.items())


def test_what_two_parts_both_hold_is_taken_once(tmp_path: Path) -> None:
    longer = part("b", (1, "Fernhill Gas, Ola here."), (65, "Bye."))
    (call,) = read(write(tmp_path, one=FIRST, again=FIRST, two=longer))
    assert texts(as_transcript(call)) == [*(text for _, text in SAID[:2]), "Bye."]


def test_parts_that_began_apart_count_from_the_first(tmp_path: Path) -> None:
    late = part("b", conversationStartTime=BEGAN + 60_000)
    late["transcripts"][0]["phrases"] = [
        {"participantPurpose": "external", "startTimeMs": 2000, "text": "Still there?"}
    ]
    (call,) = read(write(tmp_path, late=late, one=FIRST))
    assert [start for start, _ in times(as_transcript(call))] == [1.0, 4.0, 62.0]


def test_parts_that_do_not_say_when_they_began_keep_no_times_but_the_firsts(tmp_path: Path) -> None:
    first, second = dict(FIRST), dict(SECOND)
    del first["conversationStartTime"], second["conversationStartTime"]
    (call,) = read(write(tmp_path, one=first, two=second))
    assert said(as_transcript(call)) == SAID
    assert [start for start, _ in times(as_transcript(call))] == [0.0, 3.0, None, None]


def test_a_part_in_which_nobody_speaks_costs_nothing(tmp_path: Path) -> None:
    (call,) = read(write(tmp_path, one=FIRST, two=SECOND, ivr=part("i")))
    assert said(as_transcript(call)) == SAID


@pytest.mark.parametrize("form", ["folder", "lines"])
def test_a_conversation_with_a_broken_part_is_skipped_whole(tmp_path: Path, form: str) -> None:
    cut = json.dumps(SECOND)[:-30]
    if form == "folder":
        calls = read(write(tmp_path, one=FIRST, two=cut, other=OTHER))
    else:
        calls = read_bytes("\n".join([json.dumps(FIRST), cut, json.dumps(OTHER)]).encode())
    skipped = [call for call in calls if isinstance(call, SkippedCall)]
    assert [call.call_id for call in calls if call not in skipped] == ["conv-418"]
    assert len(skipped) == 2
    reasons = [reason_of(call) for call in skipped]
    assert any("cut off" in reason for reason in reasons)
    assert any("another part of this conversation" in reason for reason in reasons)


def test_a_part_that_turns_up_in_another_archive_is_not_judged_again(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(one=FIRST))
    (tmp_path / "b.zip").write_bytes(zipped(two=SECOND))
    first, second = read(str(tmp_path))
    assert as_transcript(first).call_id == "conv-417"
    assert "another part of this conversation was read from" in reason_of(second)
    assert "a.zip!one.json" in reason_of(second)


def test_calls_that_only_share_a_file_name_are_both_read(tmp_path: Path) -> None:
    for folder, record in (("a", FIRST), ("b", SECOND)):
        (tmp_path / folder).mkdir()
        bare = {"transcripts": record["transcripts"]}
        write(tmp_path / folder, call=bare)
    assert [as_transcript(call).call_id for call in read(str(tmp_path))] == ["call", "call~2"]


def test_figures_of_parts_are_kept_where_they_agree_and_silences_added_up(tmp_path: Path) -> None:
    parts = []
    for record, silence in ((FIRST, 2000), (SECOND, 3000)):
        analytics = {"acoustic": [{"eventType": "silence", "durationMs": silence}]}
        transcripts = [{**record["transcripts"][0], "analytics": analytics}]
        parts.append({**record, "transcripts": transcripts, "duration": 90_000})
    (call,) = read(write(tmp_path, one=parts[0], two=parts[1]))
    assert as_transcript(call).stated == {"duration_seconds": 90.0, "silence_seconds": 5.0}
    parts[1]["duration"] = 30_000
    (call,) = read(write(tmp_path, one=parts[0], two=parts[1]))
    assert as_transcript(call).stated == {"silence_seconds": 5.0}


# --- twins ------------------------------------------------------------------------------------


def transcribe(redacted: bool) -> Record:
    word = {"content": "[PII]" if redacted else "Ola"}
    item = {"type": "pronunciation", "start_time": "0.1", "end_time": "0.5", "alternatives": [word]}
    mark = {"isRedacted": True} if redacted else {}
    return {"jobName": "c-9", "results": {"transcripts": [], "items": [item]}, **mark}


def call_analytics(redacted: bool) -> Record:
    record = contact_lens(redacted)
    record["Transcript"][0] |= {"ParticipantRole": "AGENT", "LoudnessScores": [60]}
    del record["Transcript"][0]["LoudnessScore"], record["CustomerMetadata"]
    return {"JobName": "c-9", **record}


MAKERS = {"contact-lens": contact_lens, "call-analytics": call_analytics, "transcribe": transcribe}


@pytest.mark.parametrize("vendor", MAKERS)
@pytest.mark.parametrize("where", ["folder", "apart", "archive"])
def test_of_a_raw_and_a_redacted_twin_the_redacted_one_is_read(
    tmp_path: Path, vendor: str, where: str
) -> None:
    raw, redacted = MAKERS[vendor](redacted=False), MAKERS[vendor](redacted=True)
    if where == "archive":
        (tmp_path / "calls.zip").write_bytes(zipped(a=raw, b=redacted))
    elif where == "apart":
        (tmp_path / "2026").mkdir()
        (tmp_path / "Redacted").mkdir()
        write(tmp_path / "2026", a=raw)
        write(tmp_path / "Redacted", b=redacted)
    else:
        write(tmp_path, a=raw, b=redacted)
    read_call, skipped = read(str(tmp_path))
    assert "[PII]" in texts(as_transcript(read_call))[0]
    assert read_call.call_id == "c-9"
    reason = reason_of(skipped)
    assert reason.startswith("raw twin of ")
    assert "b.json" in reason
    assert reason.endswith("the redacted one was read")
    assert skipped.path.endswith("a.json")


def test_a_redacted_twin_is_also_known_by_its_name(tmp_path: Path) -> None:
    raw, redacted = contact_lens(redacted=False), contact_lens(redacted=True)
    del raw["ContentMetadata"], redacted["ContentMetadata"]
    stamp = "2026-03-04T09_30_00Z"
    files = {f"c-9_analysis_{stamp}": raw, f"c-9_analysis_redacted_{stamp}": redacted}
    read_call, skipped = read(write(tmp_path, **files))
    assert "redacted" in as_transcript(read_call).path
    assert "raw twin" in reason_of(skipped)


def test_the_raw_twin_is_read_where_the_redacted_one_cannot_be(tmp_path: Path) -> None:
    record = contact_lens(redacted=True)
    cut = json.dumps({"CustomerMetadata": record.pop("CustomerMetadata"), **record})[:-5]
    calls = read(write(tmp_path, a=contact_lens(redacted=False), b=cut))
    assert "cut off" in reason_of(calls[0])
    assert texts(as_transcript(calls[1])) == ["Hi, Ola here."]


def test_contacts_without_a_twin_are_all_read(tmp_path: Path) -> None:
    calls = read(
        write(
            tmp_path,
            a=contact_lens(redacted=False, contact="c-1"),
            b=contact_lens(redacted=True, contact="c-2"),
        )
    )
    assert [as_transcript(call).call_id for call in calls] == ["c-1", "c-2"]


def test_files_of_one_contact_are_inspected_as_what_they_are_audited_as(tmp_path: Path) -> None:
    write(tmp_path, a=FIRST, b=SECOND, c=OTHER)
    both, other = inspect_sources([str(tmp_path)], ReadOptions(), RoleOptions())
    assert (both.calls, both.turns, both.formats) == (1, 4, {"genesys": 1})
    assert both.why.endswith("; 2 files of one contact, judged once")
    assert (other.calls, "contact" in other.why) == (1, False)


@given(
    st.lists(st.sampled_from(["", "a", "b", "c"]), max_size=40),
    st.lists(st.booleans(), min_size=40, max_size=40),
)
def test_items_of_a_contact_come_together_where_the_first_stands_redacted_ones_first(
    ids: list[str], redacted: list[bool]
) -> None:
    contacts = [
        Contact("ContactId", each, hidden) if each else None
        for each, hidden in zip(ids, redacted, strict=False)
    ]
    found = list(bring_together(range(len(ids)), contacts.__getitem__))
    for group in found:
        assert [contact for _, contact in group] == [contacts[item] for item, _ in group]
        assert [item for item, _ in group] == sorted(
            (item for item, _ in group), key=lambda item: (not redacted[item], item)
        )
    firsts = [min(item for item, _ in group) for group in found]
    assert firsts == [at for at, each in enumerate(ids) if not each or ids.index(each) == at]
    assert sorted(item for group in found for item, _ in group) == list(range(len(ids)))


def test_standard_input_is_read_among_more_files_than_wait_in_memory(tmp_path: Path) -> None:
    for number in range(SMALL_AT_ONCE):
        (tmp_path / f"{number}.txt").write_text("Agent: hello.\nCustomer: hi.\n")
    given = io.BufferedReader(io.BytesIO(b"Agent: good morning.\nCustomer: hi.\n"))  # type: ignore[arg-type]
    first, *others = read_transcripts(["-", str(tmp_path)], stdin=given)
    assert said(as_transcript(first))[0] == ("Agent", "good morning.")
    assert len(others) == SMALL_AT_ONCE


def test_very_many_items_wait_in_little_memory() -> None:
    paths = (f"export/2026-03-04/recording-{number:060}.json" for number in range(40_000))
    tracemalloc.start()
    groups = bring_together(paths, lambda path: Contact("ContactId", path))
    assert next(groups)[0][0].endswith("0.json")
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 40_000 * 40
    assert sum(1 for _ in groups) == 39_999


def test_where_a_conversation_was_read_first_is_found_at_once() -> None:
    met = Conversations()
    for number in range(20_000):
        assert met.meet(f"g-{number}", f"{number}.json") is None
    began = perf_counter()
    assert all(met.meet(f"g-{number}", "late.json") for number in range(19_000, 20_000))
    assert perf_counter() - began < 0.2, "not by looking through all of them"
    assert met.meet("g-7", "late.json") == "7.json"
