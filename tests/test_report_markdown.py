"""The Markdown report: what it says, and that words of calls stay words."""

from __future__ import annotations

import io
import re
from itertools import pairwise

import pytest
from html_pages import LINES, make_call, make_hostile, make_month, make_report
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from snapshot_files import check_snapshot, make_small_report

from transcript_audit.model import CallAudit, SkippedCall
from transcript_audit.reports import markdown
from transcript_audit.reports.markdown import write_markdown
from transcript_audit.reports.markdown_text import markdown_table, markdown_words
from transcript_audit.reports.report import Report
from transcript_audit.reports.text import one_line

FENCES = [
    "```",
    "~~~",
    "---",
    "===",
    "# a",
    "+ b",
    "- c",
    "1. d",
    "2) e",
    "> f",
    "| g |",
    "***h***",
]
TRICKS = [
    *FENCES,
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1)) ![b](http://x.example/c.png) <http://x.example>",
    "`code` ``co`de`` _em_ **strong** ~~gone~~ a\\|b \\",
    "a | b || c \\| d \\\\| e",
    "&lt; &amp; &#124; {{ 7 * 7 }} {% raw %}",
    "line one\n\n# line two\n    code\n\ttab",
    "[x]: http://x.example",
    "[ ] task [[wiki]] [^1] $x$ :smile:",
]


def make_text(report: Report) -> str:
    out = io.StringIO()
    write_markdown(report, out)
    return out.getvalue()


def parse(text: str) -> list[Token]:
    """All tokens of a text, those inside lines too."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    found = []
    for token in parser.parse(text):
        found.append(token)
        found += token.children or []
    return found


def shown(tokens: list[Token]) -> str:
    return "".join(t.content for t in tokens if t.type == "text" and not t.children)


def plain(text: str) -> str:
    """What a reader sees of `text`: without what breaks links unseen."""
    return one_line(text).replace("\u200b", "")


@pytest.mark.parametrize("text", TRICKS)
@pytest.mark.parametrize("around", ["- {}\n", "> {}\n", "{}\n", "1. **{}**: a\n"])
def test_words_stay_words_wherever_they_stand(text: str, around: str) -> None:
    tokens = parse(around.format(markdown_words(text)))
    same = parse(around.format("word"))
    assert [t.type for t in tokens if t.type != "text"] == [
        t.type for t in same if t.type != "text"
    ]
    expected = shown(same).replace("word", plain(text))
    assert shown(tokens).replace("\u200b", "") == expected


@given(st.text(max_size=40))
def test_any_text_is_one_cell_and_reads_as_itself(text: str) -> None:
    table = markdown_table(["a", "b"], [[markdown_words(text) or "x", "y"]])
    tokens = parse(table)
    cells = [t for t in tokens if t.type == "td_open"]
    assert len(cells) == 2
    assert {t.type for t in tokens if t.type in {"html_inline", "html_block", "link_open"}} == set()
    words = plain(text) or "x"
    assert shown(tokens).replace("\u200b", "") == f"ab{words}y".replace("\u200b", "")


@pytest.mark.parametrize(
    "text",
    ["@everyone", "#12", "http://x.example", "HTTPS://x.example", "www.x.example", "a@b.example"],
)
def test_nobody_is_mentioned_and_no_address_becomes_a_link(text: str) -> None:
    assert re.search(r"@\w|#\d|://|www\.", markdown_words(text), re.I) is None


@pytest.fixture(scope="module")
def hostile() -> str:
    return make_text(make_report(make_hostile()))


def test_no_word_of_a_call_becomes_markup(hostile: str) -> None:
    tokens = parse(hostile)
    assert not [t for t in tokens if t.type.startswith("html")]
    assert not [t for t in tokens if t.type in {"image", "code_inline", "fence", "code_block"}]
    hostile.encode()  # no lone surrogate is left


def test_the_only_links_are_recordings(hostile: str) -> None:
    links = [str(t.attrGet("href")) for t in parse(hostile) if t.type == "link_open"]
    assert links
    for address in links:
        assert re.fullmatch(r"https://recordings\.example/[\w%?=&.~-]+", address), address


def test_a_hostile_run_has_the_headings_and_columns_of_any_other(hostile: str) -> None:
    tokens = parse(hostile)
    headings = [b.content for a, b in pairwise(tokens) if a.tag == "h2"]
    ordinary = parse(make_text(make_report([make_call()])))
    same = [b.content for a, b in pairwise(ordinary) if a.tag == "h2"]
    assert [h.split(":")[0] for h in headings if h] == [h.split(":")[0] for h in same if h]
    rows = hostile[hostile.index("| Agent | Calls") :].split("\n\n", maxsplit=1)[0].splitlines()
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {10}


def test_a_flag_shows_its_words_time_turn_reason_and_recording() -> None:
    text = make_text(make_report([make_call()]))
    flag = text[text.index("## Flags") : text.index("## Agents")]
    assert "**Refused to cancel** (critical) · Ines · call c-1" in flag
    assert "01:00, turn 2" in flag
    assert f"“{LINES[2][1].rstrip('.')}”" in flag
    assert "Why: The customer asked to cancel in turn 1. The agent refused in turn 2." in flag
    assert "What would have cleared it: " in flag
    assert "[listen](<https://recordings.example/c-1?t=60&amp;by=Ines>)" in flag


@pytest.mark.parametrize("template", ["javascript:alert({seconds})", "file:///{path}", None])
def test_a_recording_that_is_not_in_the_web_is_not_linked(template: str | None) -> None:
    assert "[listen]" not in make_text(make_report([make_call()], listen_link=template))


def test_an_address_cannot_end_its_link_early() -> None:
    link = "https://r.example/a>) [x](y) {call_id}?a=1&copy=2|3"
    tokens = parse(make_text(make_report([make_call()], listen_link=link)))
    (address,) = [str(t.attrGet("href")) for t in tokens if t.type == "link_open"]
    assert address.startswith("https://r.example/a%3E")
    assert address.endswith("?a=1&copy=2%7C3")


def test_an_agent_with_few_calls_gets_no_sign_and_who_differs_gets_one() -> None:
    text = make_text(make_report(make_month()))
    league = text[text.index("## Calls flagged") : text.index("## Which rules")]
    row = {name: league[league.index(f"| {name} |") :].splitlines()[0] for name in ("Omar", "Zoe")}
    assert " ▲ |" in row["Omar"]
    assert "too few" in row["Zoe"]
    assert "▲" not in row["Zoe"]


def test_an_agents_section_has_needs_rates_coaching_and_praise() -> None:
    text = make_text(make_report(make_month()))
    section = text[text.index("### Omar") : text.index("### Zoe")]
    for said in (
        "Needs attention",
        "above the others",
        "Listen to these first",
        "Coach this first",
    ):
        assert said in section
    assert "Say instead: " in section


def test_it_says_so_when_personal_data_is_shown() -> None:
    said = "**Personal data is shown unredacted.**"
    assert said in make_text(make_report([make_call()], revealed=True)).split("##", maxsplit=1)[0]
    assert said not in make_text(make_report([make_call()]))


def test_lists_are_bounded_gravest_first_and_say_what_they_leave_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("FLAGS_LISTED", "OTHERS_LISTED", "AGENTS_LISTED", "AGENTS_TOLD"):
        monkeypatch.setattr(markdown, name, 2)
    calls: list[CallAudit | SkippedCall] = [
        make_call("mild-1", "A", flagged=["pushback-after-decline"]),
        make_call("mild-2", "B", flagged=["concern-unacknowledged"]),
        *(make_call(f"grave-{n}", "C") for n in range(2)),
        *(make_call(f"open-{n}", "D", flagged=[], left_open=True) for n in range(3)),
        *(SkippedCall(f"s-{n}", "p", "why") for n in range(4)),
    ]
    text = make_text(make_report(calls))
    flags = text[text.index("## Flags") : text.index("## Agents")]
    assert re.findall(r"· call (\S+)", flags) == ["grave-0", "grave-1"]
    assert "The 2 gravest of 4" in flags
    assert "and 3 more agents not listed here" in text
    assert "2 agents of 5, those who need help first" in text
    assert text.count("\n### ") == 2
    assert "## Left open: 3 calls" in text
    assert "and 1 more call\n" in text
    assert "## Skipped: 4 calls" in text
    assert "and 2 more calls\n" in text


def test_words_behind_a_flag_in_many_turns_are_bounded_too() -> None:
    many = tuple((turn, (0, 5)) for turn in range(6))
    text = make_text(make_report([make_call(where={"refusal-explicit": many})]))
    assert "and in 2 more places" in text


def test_a_run_without_calls_makes_a_report() -> None:
    text = make_text(make_report([]))
    assert "0 calls audited" in text
    assert "No flags." in text


def test_the_report_is_what_it_was() -> None:
    text = make_text(make_small_report())
    assert text == make_text(make_small_report())
    check_snapshot("report.md", text)
