"""One corpus of hostile inputs: what a stranger could put into a transcript, or name it."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from xml.sax.saxutils import escape

TEXTS: Mapping[str, str] = {
    "script": "<script>window.pwned=1</script>",
    "image": "<img src=x onerror=\"window.pwned=1\"> '\" onmouseover='window.pwned=1'",
    "close": "</style></script></title></textarea><svg onload=window.pwned=1>",
    "link": "<a href='javascript:window.pwned=1'>x</a> javascript:window.pwned=1",
    "markdown": "[x](javascript:window.pwned=1) ![x](http://evil.example/x.png) ``` | a | # h",
    "template": "{{ 7 * 7 }} {% raw %} ${7*7} #{7*7} %s {0.__class__}",
    "entity": "&lt;script&gt; &#60;b&#62; &amp;amp; &notanentity;",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "dde": "=cmd|'/C calc'!A0",
    "plus": "+cmd|'/C calc'!A0",
    "minus": "-2+3+cmd|'/C calc'!A0",
    "at": "@SUM(1+1)*cmd|'/C calc'!A0",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "feed": "\n=1+1",
    "wide": "\uff1d1+1",
    "semicolon": "fine;=cmd|'/C calc'!A0;x",
    "quote": '",=1+1,"\n=1+1',
    "rich": "[bold red]x[/] [link=http://evil.example]x[/link] [/nothing] :skull: [@click=quit]",
    "ansi": "\x1b[31mred\x1b[0m\x1b[2J\x1b[1;1H\x1b]0;title\x07",
    "osc": "\x1b]8;;http://evil.example\x1b\\x\x1b]8;;\x1b\\ \x1b]52;c;cHduZWQ=\x07 \x1bP+q\x1b\\",
    "c1": "\x9b31mred\x9d0;title\x9c \x90q\x9c \x85next",
    "controls": "a\x00b\x01c\x07d\x08e\x0bf\x0cg\x1ch\x7fi",
    "bidi": "\u202eevil\u202c \u2066x\u2069 \u200fx\u061c \u202a\u202b\u202d\u2067\u2068",
    "unseen": "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\U000e0041",
    "blank": "\u3164\u115f\u2800",
    "surrogate": "half \ud800 and \udfff",
    "lines": "one\u2028two\u2029three\x85four",
    "combining": "Z" + "\u0301\u0323\u20dd" * 400,
    "ligature": "\ufdfd" * 40,
    "traversal": "../../../../etc/x",
    "windows": "..\\..\\CON",
    "absolute": "/etc/x",
    "device": "CON",
    "port": "lpt1.txt",
    "option": "-rf",
    "hidden": ".ssh",
    "dots": "..",
    "long": "long" * 100,
    "cjk": "\u9577" * 200,
    "url": "file:///etc/passwd smb://evil.example/x \\\\evil.example\\x",
    "yaml": "!!python/object/apply:os.system ['x'] &a *a",
    "sql": "'; DROP TABLE calls; --",
    "json": '"}],"id":"x","turns":[]}',
}
"""Words for every field of a call, by what they try."""

FILE_NAMES = (
    "-rf.jsonl",
    "CON.jsonl",
    "=cmd.jsonl",
    "<img src=x onerror=pwned=1>.jsonl",
    "a\nb\x1b[31m\x9b31m.jsonl",
    "[red]x[!].jsonl",
    "\u202elnosj.jsonl",
    "half\udcff.jsonl",
    "x;=1+1.jsonl",
    "@list.jsonl",
    "!member.jsonl",
)
"""Names that a file in a folder can have on Linux."""

SAID = (
    ("agent", "Thanks for calling Harbour Gym, how can I help you today?"),
    ("customer", "I would like to cancel my membership, please."),
    ("agent", "I'm not going to cancel your membership."),
    ("customer", "Please just cancel it."),
    ("agent", "No, I won't cancel it. Goodbye."),
)
"""A call that is flagged, so that its words are quoted."""

_UNSAFE = {"Cc", "Cs"}
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def hostile_record(name: str) -> dict[str, object]:
    """The canonical call with the text of that name in every field."""
    text = TEXTS[name]
    turns = [
        {"speaker": role, "text": f"{words} {text}", **({"agent": text} if role == "agent" else {})}
        for role, words in SAID
    ]
    turns.append({"speaker": text, "text": text})
    return {"id": text, "agent": text, "started_at": "2026-03-04T09:30:00", "turns": turns}


def as_jsonl(names: Iterator[str] | Mapping[str, str] = TEXTS) -> bytes:
    """A call for each text, a line each; surrogates and controls are escaped, as JSON allows."""
    return "".join(f"{json.dumps(hostile_record(name))}\n" for name in names).encode()


def unsafe_characters(text: str, allowed: str = "\n") -> list[str]:
    """The characters of `text` that could act on a terminal, or turn its direction."""
    return sorted(
        {
            repr(char)
            for char in text
            if char not in allowed and (unicodedata.category(char) in _UNSAFE or char in _BIDI)
        }
    )


def _in_xml(text: str) -> str:
    """The text as far as XML can hold it."""
    return escape(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text))


def _rows(text: str) -> list[tuple[str, str, str, str]]:
    said = [("c-1", text, role, f"{words} {text}") for role, words in SAID]
    return [("call_id", "agent", "speaker", "text"), *said]


def as_csv(text: str, delimiter: str = ",") -> bytes:
    """A table with `text` in agents and words."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(_rows(text))
    return out.getvalue().encode("utf-8", "surrogatepass")


def as_text(text: str) -> bytes:
    """Lines that begin with who speaks."""
    flat = text.replace("\n", " ").replace("\r", " ")
    lines = "".join(f"{role.title()}: {words} {flat}\n" for role, words in SAID)
    return lines.encode("utf-8", "surrogatepass")


def as_webvtt(text: str) -> bytes:
    """Cues with voices; the text is both escaped, and as it is."""
    flat = re.sub(r"\s+", " ", text)
    cues = "".join(
        f"00:00:{number:02}.000 --> 00:00:{number + 1:02}.000\n"
        f"<v {role.title()}>{words} {escape(flat)} {flat.replace('-->', '')}\n\n"
        for number, (role, words) in enumerate(SAID)
    )
    return f"WEBVTT\n\n{cues}".encode("utf-8", "surrogatepass")


def as_srt(text: str) -> bytes:
    """Cues that begin with who speaks."""
    flat = re.sub(r"\s+", " ", text).replace("-->", "")
    cues = "".join(
        f"{number + 1}\n00:00:{number:02},000 --> 00:00:{number + 1:02},000\n"
        f"{role.title()}: {words} {flat}\n\n"
        for number, (role, words) in enumerate(SAID)
    )
    return cues.encode("utf-8", "surrogatepass")


def as_docx(text: str) -> bytes:
    """A Word document of lines."""
    lines = "".join(
        f"<w:p><w:r><w:t>{role.title()}: {words} {_in_xml(text)}</w:t></w:r></w:p>"
        for role, words in SAID
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{space}"><w:body>{lines}</w:body></w:document>'
    return as_zip({"[Content_Types].xml": b"<Types/>", "word/document.xml": body.encode()})


def as_xlsx(text: str) -> bytes:
    """A workbook with `text` in agents and words, written as strings."""
    from openpyxl import Workbook  # noqa: PLC0415 - slow

    book = Workbook()
    for row in _rows(text):
        book.active.append([None] * 4)
        for place, words in enumerate(row, 1):
            cell = book.active.cell(book.active.max_row, place)
            held = words.encode("utf-8", "replace").decode()
            cell.value = re.sub(r"[\x00-\x08\x0b-\x1f]", lambda c: f"_x{ord(c[0]):04X}_", held)
            cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_parquet(text: str) -> bytes:
    """A table of columns with `text` in agents and words."""
    import pyarrow as pa  # noqa: PLC0415 - an extra
    import pyarrow.parquet as pq  # noqa: PLC0415

    head, *rows = _rows(text.encode("utf-8", "replace").decode())
    out = io.BytesIO()
    columns = zip(*rows, strict=True)
    pq.write_table(pa.table(dict(zip(head, map(list, columns), strict=True))), out)
    return out.getvalue()


def as_vcon(text: str) -> bytes:
    """A vCon with `text` in its names and words."""
    parties = [{"name": text, "role": role} for role in ("agent", "customer")]
    body = [{"speaker": role.title(), "message": f"{words} {text}"} for role, words in SAID]
    analysis = {"type": "transcript", "dialog": 0, "vendor": "x", "body": body}
    dialog = {"type": "recording", "start": "2026-03-04T09:30:00Z", "parties": [0, 1]}
    document = {"vcon": "0.0.2", "uuid": text, "parties": parties, "dialog": [dialog]}
    return json.dumps({**document, "analysis": [analysis]}).encode()


def as_zip(members: Mapping[str, bytes]) -> bytes:
    """An archive of members by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


FORMATS: Mapping[str, Callable[[str], bytes]] = {
    "csv": as_csv,
    "tsv": lambda text: as_csv(text, "\t"),
    "text": as_text,
    "webvtt": as_webvtt,
    "srt": as_srt,
    "docx": as_docx,
    "xlsx": as_xlsx,
    "parquet": as_parquet,
    "vcon": as_vcon,
    "zip": lambda text: as_zip({"../../x/call.txt": as_text(text)}),
}
"""What writes a call with a text in it, for every format family beside JSONL."""
