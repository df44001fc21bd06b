"""Word documents: the paragraphs are lines of text, the tables are tables."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.archives import open_package
from transcript_audit.readers.columns import find_layout, require_columns
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.signatures import ZIP_FAULTS
from transcript_audit.readers.sources import Document, with_lines
from transcript_audit.readers.subtitles import detect_srt, detect_webvtt, read_srt, read_webvtt
from transcript_audit.readers.table import Row, read_rows
from transcript_audit.readers.text import read_text
from transcript_audit.readers.words import told

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MAIN_PART = "word/document.xml"
_RELATIONS = "_rels/.rels"
_LEFT_OUT = frozenset({"Fallback", "del", "moveFrom", "instrText", "rPr", "pPr"})
_CHARACTERS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
_TIME = re.compile(r"[\[(]?\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.,]\d+)?[\])]?")

Table = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Blocks:
    """What a document holds in its order: lines of text, and tables as rows of cells."""

    found: tuple[str | Table, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that have a row."""
        return tuple(block for block in self.found if not isinstance(block, str) and block)

    @property
    def lines(self) -> list[str]:
        """All as lines; a table's row as "0:12 Agent: hello"."""
        return [
            line
            for block in self.found
            for each in ([block] if isinstance(block, str) else map(_join_cells, block))
            for line in each.split("\n")
        ]


def read_docx(document: Document, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of a document: of the tables that look like a transcript, else that of its lines.

    Raises:
        ReadError: it cannot be opened, holds no words, or nobody is said to speak in it.
    """
    blocks = _read_blocks(document)
    if not any(line.strip() for line in blocks.lines):
        raise ReadError(document.path, "a Word document without words; expected a transcript")
    tables = [table for table in blocks.tables if find_layout(table[0], options).is_transcript]
    if tables and options.input_format in (None, "docx"):
        for number, table in enumerate(tables, 1):
            default_id = f"{document.default_id}#{number}" if tables[1:] else document.default_id
            yield from _read_table(document.path, table, default_id, options)
        return
    text = with_lines(document, blocks.lines)
    if detect_webvtt(text.sample, options):
        yield from read_webvtt(text, options)
    elif options.input_format != "text" and detect_srt(text.sample, options):
        yield from read_srt(text, options)
    else:
        yield from read_text(text, options)


def _read_table(
    path: str, table: Table, default_id: str, options: ReadOptions
) -> Iterator[Transcript | SkippedCall]:
    layout = find_layout(table[0], options, "table row")
    require_columns(path, layout, options)
    rows = [
        Row(number, cells)
        for number, cells in enumerate(table[1:], 2)
        if any(map(str.strip, cells))
    ]
    return read_rows(path, rows, layout, default_id)


def _join_cells(cells: Sequence[str]) -> str:
    """A row of a table as a line: the last cell is what was said, or the value of a key."""
    *before, said = [cell.strip() for cell in cells if cell.strip()] or [""]
    if not before or _TIME.fullmatch(before[-1]):
        return " ".join([*before, said])
    return f"{' '.join(before)}: {said}"


def _read_blocks(document: Document) -> Blocks:
    from defusedxml import DefusedXmlException  # noqa: PLC0415 - needed for this format only
    from defusedxml.ElementTree import ParseError  # noqa: PLC0415

    try:
        with open_package(document) as package:
            body = _parse_main_part(document.path, package)
        return Blocks(tuple(_find_blocks(body)))
    except RecursionError as error:
        raise ReadError(document.path, "nested too deeply; export it again") from error
    except (DefusedXmlException, ParseError, zlib.error, *ZIP_FAULTS) as error:
        raise ReadError(
            document.path,
            f"a Word document that is damaged ({told(error)}); save it again as .docx",
        ) from error


def _parse_main_part(path: str, package: zipfile.ZipFile) -> Element:
    from defusedxml.ElementTree import parse  # noqa: PLC0415 - as above

    name = _find_main_part(package)
    if name not in package.namelist():
        raise ReadError(path, "a Word document without its text; save it again as .docx")
    with package.open(name) as part:
        root: Element = parse(part, forbid_dtd=True).getroot()
    return root


def _find_main_part(package: zipfile.ZipFile) -> str:
    """The part with the text; some programs call it word/document2.xml."""
    from defusedxml.ElementTree import parse  # noqa: PLC0415 - as above

    if _MAIN_PART in package.namelist() or _RELATIONS not in package.namelist():
        return _MAIN_PART
    with package.open(_RELATIONS) as part:
        for relation in parse(part, forbid_dtd=True).getroot():
            if relation.get("Type", "").endswith("/officeDocument"):
                return str(relation.get("Target", "")).lstrip("/")
    return _MAIN_PART


def _find_blocks(element: Element) -> Iterator[str | Table]:
    """The paragraphs and tables under `element`, whatever they are wrapped in."""
    for child in element:
        name = _local_name(child)
        if name == "p":
            yield _read_paragraph(child)
        elif name == "tbl":
            yield tuple(_read_table_rows(child))
        elif name not in _LEFT_OUT:
            yield from _find_blocks(child)


def _read_table_rows(table: Element) -> Iterator[tuple[str, ...]]:
    for row in _children(table, "tr"):
        yield tuple(
            "\n".join(Blocks(tuple(_find_blocks(cell))).lines) for cell in _children(row, "tc")
        )


def _children(element: Element, name: str) -> Iterator[Element]:
    """The elements of that name below `element`, also where they are wrapped, not in tables."""
    for child in element:
        if _local_name(child) == name:
            yield child
        elif _local_name(child) not in (*_LEFT_OUT, "tbl", "p"):
            yield from _children(child, name)


def _read_paragraph(paragraph: Element) -> str:
    """The words of a paragraph, with its line breaks; those of a text box in it as lines."""
    # Non-breaking spaces stand between names and times.
    return "".join(_read_runs(paragraph)).replace("\xa0", " ")


def _read_runs(element: Element) -> Iterator[str]:
    for child in element:
        name = _local_name(child)
        if name == "t":
            yield child.text or ""
        elif name in _CHARACTERS:
            yield _CHARACTERS[name]
        elif name not in _LEFT_OUT:
            yield "\n" if name == "p" else ""
            yield from _read_runs(child)


def _local_name(element: Element) -> str:
    """The name without its namespace, of which there are two ("transitional" and "strict")."""
    return str(element.tag).rpartition("}")[2]
