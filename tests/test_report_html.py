"""The HTML page: what it says, that words of calls stay words, and that it fetches nothing."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from html_pages import HOSTILE, LINES, make_call, make_hostile, make_month, make_page, make_report

from transcript_audit.model import CallAudit, Role, Severity, SkippedCall
from transcript_audit.reports import html, html_lists
from transcript_audit.reports.html_charts import (
    WeekShare,
    attempts_chart,
    funnel_chart,
    range_chart,
    trend_chart,
)
from transcript_audit.scorecards import make_funnel
from transcript_audit.spool import Spool

SNAPSHOT = Path(__file__).parent / "snapshots" / "report.html"
VOID = {"br", "input", "link", "meta"}
URLS = {"href", "src", "action", "formaction", "xlink:href", "srcset", "data", "poster"}


class Page(HTMLParser):
    """What a page holds: its elements, its visible words; fails where elements do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, attrs)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self._open):
            self.words.append(data)

    @property
    def text(self) -> str:
        """Its words, with single spaces."""
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


def read_page(audits: list[CallAudit | SkippedCall], **options: object) -> Page:
    return Page(make_page(make_report(audits, **options)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def month() -> Page:
    return read_page(make_month())


@pytest.fixture(scope="module")
def hostile() -> Page:
    return read_page(make_hostile())


def test_a_flag_shows_its_words_between_their_neighbours_with_time_turn_and_reason() -> None:
    page = make_page(make_report([make_call()]))
    flag = page[page.index('<details class="flag"') :]
    flag = Page(flag[: flag.index("</details>") + len("</details>")])
    for said in ("01:00", "#2", LINES[1][1], LINES[3][1], "c-1", "Ines", "2026-03-02 09:05"):
        assert said in flag.text
    assert "The agent refused in turn 2." in flag.text
    assert "An allowed reason (refuse-allowed)." in flag.text
    assert "What would have cleared it" in flag.text
    assert len(flag.all("mark")) == 1
    assert "<mark>I won&#39;t do that for you</mark>" in page


def test_an_agent_sees_what_needs_attention_what_to_coach_and_what_was_done_well(
    month: Page,
) -> None:
    assert "Needs attention" in month.text
    assert "the rest of the team" in month.text
    assert "Coach this first" in month.text
    assert "Say instead: " in month.text
    assert "Done well" in month.text
    assert {"agent-1", "agent-2", "agent-3"} == {each["id"] for each in month.all("article")}


def test_only_who_can_be_judged_gets_a_reading_a_colour_and_a_place_in_the_order() -> None:
    page = make_page(make_report(make_month()))
    rows = {
        name: page[page.index(f"<bdi>{name}</bdi></a></th>") :].split("</tr>")[0]
        for name in ("Ines", "Omar", "Zoe")
    }
    assert "▲" in rows["Omar"]
    assert 'class="reading above"' in rows["Omar"]
    assert "too few to judge" in rows["Zoe"]
    assert "interval above" not in rows["Zoe"]
    cells = re.findall(r'data-value="([^"]*)"', rows["Zoe"].split("</td>", 3)[3])
    assert set(cells) == {""}


def test_agents_stand_in_the_order_of_the_alphabet(month: Page) -> None:
    options = month.text[month.text.index("Calls flagged, by agent") :]
    assert options.index("Ines") < options.index("Omar") < options.index("Zoe")


def test_who_differs_from_the_rest_is_named_first(month: Page) -> None:
    needs = month.text[month.text.index("Who needs help first") :].split("Which rules")[0]
    assert needs.index("Omar") < needs.index("Others with critical flags")
    assert "Zoe 1" in needs


def test_no_word_of_a_call_becomes_markup(hostile: Page) -> None:
    assert len(hostile.all("script")) == 1
    assert hostile.all("img") == []
    assert len(hostile.all("style")) == 1
    for tag, attributes in hostile.elements:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert "style" not in attributes


def test_hostile_words_are_shown_as_they_are_and_invisible_ones_spelled_out(hostile: Page) -> None:
    for words in HOSTILE[:4]:
        assert words in hostile.text
    assert r"gold\u202edlog\u2066 bell\x07 \x1b[31mred\x1b[0m half\ud800 null\x00" in hostile.text
    make_page(make_report(make_hostile())).encode()  # no lone surrogate is left


def test_the_only_addresses_are_places_in_the_page_and_recordings(hostile: Page) -> None:
    ids = {attributes["id"] for _, attributes in hostile.elements if "id" in attributes}
    found = [a[name] for _, a in hostile.elements for name in URLS & set(a)]
    assert found
    for address in found:
        inside = address.startswith("#") and address[1:] in ids
        assert inside or re.fullmatch(r"https://recordings\.example/[\w%?=&.~-]+", address), address


def test_ids_are_unique_and_what_refers_to_one_finds_it(month: Page) -> None:
    ids = [attributes["id"] for _, attributes in month.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in month.elements:
        assert set(attributes.get("aria-labelledby", "").split()) <= set(ids)


def test_the_policy_of_the_page_allows_its_own_script_and_style_and_nothing_else() -> None:
    page = make_page(make_report(make_hostile()))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    for name in ("script", "style"):
        (inside,) = re.findall(rf"<{name}>(.*?)</{name}>", page, re.S)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert rules.pop(f"{name}-src") == f"'sha256-{digest}'"
    assert set(rules.values()) == {"'none'"}
    assert "default-src" in rules


def test_nothing_is_fetched() -> None:
    page = make_page(make_report(make_month(), listen_link=None))
    assert not re.search(r"url\(|@import|@font-face|https?:|fetch\(|XMLHttp|WebSocket", page)


@pytest.mark.parametrize(
    ("template", "address"),
    [
        ("https://r.example/{call_id}?t={seconds}", "https://r.example/c-1?t=60"),
        ("http://r.example/{agent}", "http://r.example/Ines"),
        ("javascript:alert({seconds})", None),
        ("data:text/html,{call_id}", None),
        ("file:///{path}", None),
        ("//r.example/{call_id}", None),
        ("https:{call_id}", None),
        ("http://[{call_id}", None),
    ],
)
def test_a_listen_link_leads_to_the_web_or_is_left_out(template: str, address: str | None) -> None:
    page = read_page([make_call()], listen_link=template)
    links = {each["href"] for each in page.all("a") if each.get("class") == "listen"}
    if address is None:
        assert links == set()
    else:
        assert address in links
        assert all(each.startswith(address.split("?", maxsplit=1)[0]) for each in links)


def test_it_says_so_when_personal_data_is_shown() -> None:
    said = "Personal data is shown unredacted."
    assert said in read_page([make_call()], revealed=True).text
    assert said not in read_page([make_call()]).text


def test_skipped_and_left_open_calls_are_listed_with_their_reasons(month: Page) -> None:
    left_out = month.text[month.text.index("Left open: 1 call") :]
    assert "open-1" in left_out
    assert "Skipped: 1 call" in left_out
    assert "not text: byte 0 is binary" in left_out


def test_lists_are_bounded_gravest_first_and_say_what_they_leave_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("FLAGS_LISTED", "CALLS_LISTED", "OTHERS_LISTED"):
        monkeypatch.setattr(html_lists, name, 2)
    calls: list[CallAudit | SkippedCall] = [
        make_call("mild-1", flagged=["pushback-after-decline"]),
        make_call("mild-2", flagged=["concern-unacknowledged"]),
        *(make_call(f"grave-{n}") for n in range(2)),
        *(make_call(f"open-{n}", flagged=[], left_open=True) for n in range(3)),
        *(SkippedCall(f"s-{n}", "p", "why") for n in range(4)),
    ]
    report = make_report(calls)
    unheard = tuple(replace(card, calls_to_hear=()) for card in report.cards.agents)
    page = Page(make_page(replace(report, cards=replace(report.cards, agents=unheard))))
    assert "2 of 4 flags: the gravest, and those to listen to first. 2 more are not" in page.text
    assert "2 of 7 calls; 5 more are not in this file." in page.text
    assert [each["data-severity"] for each in page.all("details") if "data-rule" in each] == [
        "critical",
        "critical",
    ]
    assert "And 1 more call." in page.text
    assert "And 2 more calls." in page.text


def test_a_flag_to_listen_to_first_is_listed_even_if_others_are_graver(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(html_lists, "FLAGS_LISTED", 1)
    mild = make_call("mild", "Omar", ["concern-unacknowledged"])
    page = read_page([mild, *(make_call(f"grave-{number}") for number in range(8))])
    assert "7 of 9 flags" in page.text  # the gravest of those not to be heard, five of Ines, Omar's
    links = [each["href"] for each in page.all("a") if each.get("class") == "listen"]
    assert sum("/mild?" in link for link in links) == 3  # under the agent, the flag and the call


def test_of_many_agents_those_who_need_help_have_a_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "AGENTS_TOLD", 1)
    monkeypatch.setattr(html, "AGENTS_LISTED", 2)
    page = make_page(make_report(make_month()))
    (section,) = re.findall(r"<article .*?<bdi>(.*?)</bdi>", page, re.S)
    assert section == "Omar"
    assert "1 agent of 3, those who need help first" in page
    assert "1 more agent not listed here." in page
    Page(page)


def test_the_report_on_one_agent_begins_with_the_agent_beside_the_whole_team() -> None:
    page = make_page(make_report(make_month()).of_agent("omar"))
    assert page.index('id="agents"') < page.index('id="team"')
    text = Page(page).text
    assert "Cancellation calls of Omar" in text
    assert '(whole team)</th><td class="number">63</td>' in page
    assert "Who needs help first" not in text
    assert "No funnel plot" not in text
    assert "All 30 calls." in text
    assert "open-1" not in text


def test_audits_may_come_from_a_spool() -> None:
    spool = Spool()
    for each in make_month():
        spool.add(each)
    from_spool = replace(make_report(make_month()), audits=spool)
    assert make_page(from_spool) == make_page(make_report(make_month()))


def test_who_cannot_be_compared_gets_no_funnel() -> None:
    assert (
        "No funnel plot: nobody has the 10 calls"
        in read_page([make_call(), make_call("c-2", "Omar")]).text
    )


def test_a_run_without_calls_makes_a_page() -> None:
    page = read_page([])
    assert "0 calls audited" in page.text
    assert "Skipped: 0 calls" in page.text


def test_a_call_without_agent_date_or_times_makes_a_page() -> None:
    page = read_page([make_call(agent="", began=None, timed=False)])
    assert "(agent not named)" in page.text
    assert "no call has a date" in page.text
    assert "c-1 at #2" in page.text


def test_a_rule_that_the_book_does_not_know_goes_by_its_id() -> None:
    call = make_call()
    results = tuple(
        replace(each, rule="old-rule", finding=replace(each.finding, rule="old-rule"))
        if each.finding
        else each
        for each in call.results
    )
    page = read_page([replace(call, results=results)])
    assert {each["data-rule"] for each in page.all("details") if "data-rule" in each} == {
        "old-rule"
    }


def test_an_agent_in_other_letter_case_is_the_same_agent() -> None:
    page = read_page([make_call("c-1", "Ines"), make_call("c-2", "INES")])
    assert [each["data-agent"] for each in page.all("tr") if "data-agent" in each] == [
        '["Ines"]',
        '["Ines"]',
    ]


def test_a_flag_names_the_agent_whose_words_it_is_about() -> None:
    page = read_page([make_call(agent="Ines", speakers={2: "Omar"})])
    (flag,) = [each for each in page.all("details") if "data-rule" in each]
    assert flag["data-agent"] == '["Omar"]'


def test_words_between_two_agents_add_nobody_to_whom_a_flag_is_about() -> None:
    where = {"refusal-explicit": ((1, (0, 23)), (2, (0, 23)))}
    page = read_page([make_call(agent="Ines", speakers={2: "Omar"}, where=where)])
    (flag,) = [each for each in page.all("details") if "data-rule" in each]
    assert flag["data-agent"] == '["Omar"]'


def test_a_long_turn_is_cut_to_what_is_around_the_marked_words() -> None:
    lines = [(Role.CUSTOMER, "Cancel it."), (Role.AGENT, "la " * 2000 + "I won't. " + "lo " * 2000)]
    where = {"refusal-explicit": ((1, (6000, 6008)),)}
    page = make_page(make_report([make_call(lines=lines, where=where)]))
    (row,) = re.findall(r'<tr class="cited">.*?</tr>', page, re.S)
    assert "<mark>I won&#39;t.</mark>" in row
    assert 600 < len(row) < 1200


def test_words_behind_a_flag_in_many_turns_are_bounded_too() -> None:
    lines = [(Role.AGENT, f"No {number}.") for number in range(60)]
    where = {"refusal-explicit": tuple((number, (0, 2)) for number in range(60))}
    page = read_page([make_call(lines=lines, where=where)])
    assert "48 more turns with words behind this flag not shown." in page.text


def test_a_range_without_a_share_is_not_drawn() -> None:
    assert range_chart(None, None, None) == ""


def test_charts_are_pictures_with_a_title_and_what_they_say_in_words() -> None:
    funnel = make_funnel(make_report(make_month()).cards, "refused-cancellation")
    assert funnel is not None
    weeks = [WeekShare("2026-W10", 1, 2, 0.1, 0.9), WeekShare("2026-W11", 0, 0, None, None)]
    charts = {
        "Omar is above the rest of the team": funnel_chart(funnel, "a"),
        "2026-W10 1 of 2": trend_chart("Conduct <b>", weeks, "b"),
        "3 or more: 4": attempts_chart((1, 2, 3, 4), "c"),
    }
    for said, chart in charts.items():
        picture = ElementTree.fromstring(str(chart))  # noqa: S314 - our own
        title, words = picture[0], picture[1]
        assert picture.get("aria-labelledby") == f"{title.get('id')} {words.get('id')}"
        assert title.text
        assert said in (words.text or "")


def test_marks_of_a_chart_stay_inside_it() -> None:
    weeks = [WeekShare(f"2026-W{n:02}", 5, 5, 0.5, 1.0) for n in range(1, 60)]
    for chart in (trend_chart("Conduct", weeks, "a"), attempts_chart((999_999, 0, 0, 1), "b")):
        picture = ElementTree.fromstring(str(chart))  # noqa: S314 - our own
        width, height = map(float, picture.get("viewBox", "").split()[2:])
        for mark in picture.iter():
            for name, most in (("x", width), ("cx", width), ("y", height), ("cy", height)):
                assert 0 <= float(mark.get(name, 0)) <= most


def test_severities_are_sorted_by_weight() -> None:
    page = make_page(make_report([]))
    rows = re.findall(r'data-value="(\d)"><span class="severity (\w+)"', page)
    assert {(int(value), name) for value, name in rows} == {
        (place, str(severity)) for place, severity in enumerate(Severity)
    }


def test_the_page_is_what_it_was() -> None:
    calls = [
        make_call("c-1", began=datetime(2026, 3, 2, 9, 5)),
        make_call("c-2", "Omar", ["pushback-after-decline", "concern-unacknowledged"]),
        make_call("c-3", "Omar", [], datetime(2026, 3, 12)),
        make_call("open-1", "Zoe <b>", [], left_open=True),
        SkippedCall("s-1", "calls/s-1.bin", "not text: byte 0 is binary", ("Omar",)),
    ]
    page = make_page(make_report(calls))
    assert page == make_page(make_report(calls))
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(page, encoding="utf-8", newline="\n")
    assert page == SNAPSHOT.read_text(encoding="utf-8")
