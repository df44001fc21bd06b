"""Word documents: Teams, Word's own transcription, tables, and what may be wrong with them."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers import ReadOptions, archives, read_transcripts

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"


def paragraph(text: str) -> str:
    """A paragraph; "|" in it is a line break inside."""
    lines = [f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("|")]
    return f"<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r>{'<w:br/>'.join(lines)}</w:r></w:p>"


def table(*rows: tuple[str, ...]) -> str:
    cells = ["".join(f"<w:tc><w:tcPr/>{paragraph(cell)}</w:tc>" for cell in row) for row in rows]
    return f"<w:tbl><w:tblPr/>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def document(*blocks: str, part: str = "word/document.xml", namespace: str = NAMESPACE) -> bytes:
    body = "".join(block if block.startswith("<w:") else paragraph(block) for block in blocks)
    main = (
        f'<w:document xmlns:w="{namespace}" xmlns:mc="urn:mc"><w:body>{body}</w:body></w:document>'
    )
    return package({part: main, "_rels/.rels": relations(part)})


def relations(part: str) -> str:
    return f'<Relationships><Relationship Type="{OFFICE}" Target="{part}"/></Relationships>'


def package(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def read(data: bytes, **options: object) -> list[Transcript | SkippedCall]:
    options_ = ReadOptions(**options)  # type: ignore[arg-type]
    return list(read_transcripts(["-"], options_, io.BytesIO(data)))


def read_one(data: bytes, **options: object) -> Transcript:
    (call,) = read(data, **options)
    assert isinstance(call, Transcript), call
    assert call.format == "docx"
    return call


def turns(data: bytes) -> list[tuple[str, str, float | None]]:
    return [(said.speaker, said.text, said.start) for said in read_one(data).utterances]


def skip_reason(data: bytes, **options: object) -> str:
    (call,) = read(data, **options)
    assert isinstance(call, SkippedCall), call
    assert "\n" not in call.reason
    return call.reason


def test_a_teams_transcript_has_a_paragraph_a_turn_and_its_date_above() -> None:
    data = document(
        "Fernhill Gas-20260304_093000-Meeting Recording",
        "March 4, 2026, 9:30AM",
        "12m 30s",
        "Ann Lee started transcription",
        "Ann Lee\xa0\xa0 0:03|Hello, Fernhill Gas.",
        "Sam Lowe (Guest)   0:09|I'd like to cancel.|Today.",
        "Ann Lee   1:00:03|Okay.",
        "Ann Lee stopped transcription",
    )
    assert turns(data) == [
        ("Ann Lee", "Hello, Fernhill Gas.", 3.0),
        ("Sam Lowe (Guest)", "I'd like to cancel. Today.", 9.0),
        ("Ann Lee", "Okay.", 3603.0),
    ]
    assert read_one(data).started_at == datetime(2026, 3, 4, 9, 30)


@pytest.mark.parametrize("joined", [True, False])
def test_an_old_teams_transcript_has_both_times_the_name_and_the_words(joined: bool) -> None:
    cues = [
        ("0:0:3.410 --> 0:0:4.280", "Ann\xa0Lee", "Hello."),
        ("0:0:5.1 --> 0:0:6.0", "Lowe, Sam", "I'd like to cancel."),
    ]
    blocks = ["|".join(cue) for cue in cues] if joined else [line for cue in cues for line in cue]
    call = read_one(document(*blocks))
    assert [(said.speaker, said.text, said.start, said.end) for said in call.utterances] == [
        ("Ann Lee", "Hello.", 3.41, 4.28),
        ("Lowe, Sam", "I'd like to cancel.", 5.1, 6.0),
    ]


def test_a_transcript_of_words_own_has_the_time_before_the_speaker() -> None:
    data = document(
        "Audio file",
        "call 17.mp3",
        "Transcript",
        "00:00:05 Speaker 1",
        "Hello.",
        "00:00:09 Speaker 2",
        "I'd like to cancel.",
        "Today.",
    )
    assert turns(data) == [
        ("Speaker 1", "Hello.", 5.0),
        ("Speaker 2", "I'd like to cancel. Today.", 9.0),
    ]


def test_plain_lines_in_a_document_are_read_like_text() -> None:
    data = document("Call ID: NF-7", "Agent: Hello", "Customer: Hi")
    assert read_one(data).call_id == "NF-7"
    assert turns(data) == [("Agent", "Hello", None), ("Customer", "Hi", None)]


def test_a_table_with_a_header_is_read_by_its_columns() -> None:
    data = document(
        "Transcript of call 17",
        table(
            ("Start", "Speaker", "Text"),
            ("0:01", "Agent", "Note: hello"),
            ("", "", ""),
            ("0:04", "Customer", "Hi|there"),
        ),
    )
    assert turns(data) == [("Agent", "Note: hello", 1.0), ("Customer", "Hi there", 4.0)]


def test_tables_without_a_header_are_lines_and_those_of_keys_tell_about_the_call() -> None:
    data = document(
        table(("Call ID", "NF-7"), ("Agent name", "Kim")),
        table(("0:01", "Agent", "Hello"), ("0:04", "Customer", "Hi")),
    )
    call = read_one(data)
    assert (call.call_id, call.agent_ids) == ("NF-7", ("Kim",))
    assert turns(data) == [("Agent", "Hello", 1.0), ("Customer", "Hi", 4.0)]


def test_changes_fields_wrappers_and_text_boxes_give_what_is_shown() -> None:
    shown = (
        "<w:p><w:hyperlink><w:r><w:t>Agent</w:t></w:r></w:hyperlink><w:r><w:t>: Hel</w:t></w:r>"
        "<w:del><w:r><w:delText>no</w:delText><w:t>no</w:t></w:r></w:del>"
        "<w:ins><w:r><w:t>lo</w:t><w:tab/><w:t>you</w:t><w:noBreakHyphen/></w:r></w:ins>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
    )
    box = (
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>Customer: Hi"
        "</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r>"
        "<w:t>Customer: Hi</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent>"
        "</w:r></w:p>"
    )
    wrapped = f"<w:sdt><w:sdtContent>{paragraph('Agent: Bye')}</w:sdtContent></w:sdt>"
    assert turns(document(shown, box, wrapped)) == [
        ("Agent", "Hello you-", None),
        ("Customer", "Hi", None),
        ("Agent", "Bye", None),
    ]


@pytest.mark.parametrize("part", ["word/document.xml", "word/document2.xml"])
@pytest.mark.parametrize("namespace", [NAMESPACE, STRICT])
def test_the_main_part_is_found_by_its_relation_in_either_namespace(
    part: str, namespace: str
) -> None:
    assert turns(document("Agent: Hello", part=part, namespace=namespace)) == [
        ("Agent", "Hello", None)
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (document(), "without words"),
        (document("Just a letter.", "Yours"), "begins with a speaker"),
        (package({"word/other.xml": "<a/>"}), "without its text"),
        (package({"word/document.xml": "<a><b></a>"}), "damaged"),
        (package({"word/document.xml": ""}), "damaged"),
        (document("Agent: Hello")[:-30], "cut off or damaged"),
        (package({"ppt/presentation.xml": "<a/>"}), "neither document nor workbook"),
        (package({"xl/workbook.bin": "x"}), "binary workbook"),
        (package({"mimetype": "x", "META-INF/manifest.xml": "x"}), "OpenDocument"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "locked with a password"),
    ],
)
def test_a_document_that_cannot_be_read_is_skipped_in_one_line(data: bytes, words: str) -> None:
    assert words in skip_reason(data)


def test_entities_that_grow_are_refused() -> None:
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    laugh = f'<!DOCTYPE x [<!ENTITY e0 "ha">{grown}]><x>&e11;</x>'
    assert "damaged" in skip_reason(package({"word/document.xml": laugh}))
    leak = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    assert "damaged" in skip_reason(package({"word/document.xml": leak}))


def test_deep_nesting_is_refused() -> None:
    deep = "<w:sdt>" * 20_000 + "</w:sdt>" * 20_000
    assert skip_reason(document(deep))


def test_a_document_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "HARMLESS", 1 << 20)
    assert "unpacks to more than" in skip_reason(document(*["Agent: Hello"] * 20_000))


def test_another_format_asked_for_is_refused_and_text_is_taken() -> None:
    data = document("Agent: Hello")
    assert "not read as table" in skip_reason(data, input_format="table")
    assert read_one(data, input_format="text").utterances[0].speaker == "Agent"
    (call,) = read(b"Agent: Hello\n", input_format="docx")
    assert isinstance(call, SkippedCall)
    assert "no Word document" in call.reason


WORDS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Cn", "Zl", "Zp", "Zs"], max_codepoint=0xFFFD),
    min_size=1,
    max_size=20,
).filter(lambda text: any(map(str.isalnum, text)) and "|" not in text)


@given(said=st.lists(st.tuples(st.sampled_from(["Agent", "Customer"]), WORDS), min_size=1))
def test_no_turn_is_lost(said: list[tuple[str, str]]) -> None:
    data = document(*(f"{who}: {text}" for who, text in said))
    assert [(who, text) for who, text, _ in turns(data)] == said


@given(place=st.integers(0, 2000), byte=st.integers(0, 255), cut=st.integers(0, 600))
def test_no_damage_raises(place: int, byte: int, cut: int) -> None:
    data = bytearray(document("Agent: Hello", table(("Speaker", "Text"), ("Agent", "Hi"))))
    data[place % len(data)] = byte
    assert read(bytes(data[: max(5, len(data) - cut)]))
