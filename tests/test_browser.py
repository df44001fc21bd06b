"""The HTML page in Chromium: filter, sort, flags that open, and nothing else that happens."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from html_pages import make_hostile, make_month, make_page, make_report

from transcript_audit.reports import html_lists

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


class Watched:
    """A page of a browser, and what it said on its console or asked the network for."""

    def __init__(self, context, file: Path) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page = context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())
        self.file = file

    def shown(self, selector: str) -> int:
        """How many elements are to be seen."""
        return self.page.locator(selector).locator("visible=true").count()

    def column(self, table: str, number: int) -> list[str]:
        """The words of a column's cells, from the top."""
        rows = self.page.locator(f"{table} tbody tr > :nth-child({number})")
        return [words.strip() for words in rows.all_inner_texts()]


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as started:
        # the sandbox asks for rights that a container or root does not have
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    pages = {
        "month": make_page(make_report(make_month())),
        "hostile": make_page(make_report(make_hostile())),
        "empty": make_page(make_report([])),
    }
    # axe looks at every word: a few of each list are enough for it, and all else stays
    with pytest.MonkeyPatch.context() as patch:
        for name in ("FLAGS_LISTED", "CALLS_LISTED"):
            patch.setattr(html_lists, name, 6)
        pages["month in short"] = make_page(make_report(make_month()))
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8", newline="\n")
    return {name: folder / f"{name}.html" for name in pages}


@pytest.fixture
def month(browser, files) -> Iterator[Watched]:
    context = browser.new_context(viewport=DESKTOP)
    yield Watched(context, files["month"])
    context.close()


def test_flags_are_filtered_by_agent_rule_severity_and_words(month):
    everything = month.shown("details.flag")
    filters = month.page.locator("form[data-list=flags]")
    assert month.page.locator("details.flag").count() == everything > 20
    filters.get_by_label("Agent").select_option("Zoe")
    assert month.shown("details.flag") == 1
    assert filters.get_by_role("status").inner_text() == f"1 of {everything} shown"
    filters.get_by_role("button", name="Clear").click()
    filters.get_by_label("Severity").select_option("major")
    major = month.shown("details.flag")
    assert major == month.page.locator("details.flag[data-severity=major]").count() == 9
    filters.get_by_label("Rule").select_option("refusal-explicit")
    assert month.shown("details.flag") == 0
    filters.get_by_role("button", name="Clear").click()
    filters.get_by_label("Words").fill("HALF price for three")
    assert (
        month.shown("details.flag")
        == month.page.locator("details.flag").filter(has_text="Half price for three").count()
    )
    filters.get_by_label("Words").fill("nobody ever said this")
    assert month.shown("details.flag") == 0
    filters.get_by_role("button", name="Clear").click()
    assert month.shown("details.flag") == everything
    assert month.said == []


def test_calls_are_filtered_too(month):
    calls = month.page.locator("form[data-list=calls]")
    calls.get_by_label("Agent").select_option("Zoe")
    assert set(
        month.page.locator("table.calls tbody tr:visible td:nth-child(2)").all_inner_texts()
    ) == {"Zoe"}
    calls.get_by_label("Words").fill("z-1")
    assert month.shown("table.calls tbody tr") == 1


def test_a_table_is_sorted_by_the_keyboard_and_says_how(month):
    head = month.page.get_by_role("columnheader", name="Calls", exact=True).first
    assert month.column(".league", 1) == ["Ines", "Omar", "Zoe"]
    head.get_by_role("button").focus()
    month.page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert month.column(".league", 2) == ["2", "30", "31"]
    month.page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    assert month.column(".league", 2) == ["31", "30", "2"]
    assert month.page.locator(".league [aria-sort]").count() == 1


def test_who_has_too_few_calls_stays_last_both_ways(month):
    button = month.page.locator(".league th button", has_text="Refused cancellation")
    orders = []
    for _ in range(2):
        button.click()
        orders.append(month.column(".league", 1))
    assert orders == [["Ines", "Omar", "Zoe"], ["Omar", "Ines", "Zoe"]]


def test_a_flag_opens_to_its_words_and_reason(month):
    flag = month.page.locator("details.flag").first
    body = flag.locator(".flag-body")
    assert not body.is_visible()
    flag.locator("summary").focus()
    month.page.keyboard.press("Enter")
    assert body.is_visible()
    assert "Why" in body.inner_text()
    assert body.locator("mark").first.is_visible()


def test_all_shown_flags_open_at_once(month):
    filters = month.page.locator("form[data-list=flags]")
    filters.get_by_label("Agent").select_option("Zoe")
    filters.get_by_role("button", name="Open all shown").click()
    assert month.page.locator("details.flag[open]").count() == 1


def test_an_agent_leads_to_their_calls_and_flags_and_a_call_to_its_flag(month):
    zoe = month.page.locator("article", has=month.page.get_by_role("heading", name="Zoe"))
    zoe.get_by_role("link", name="calls of Zoe").click()
    assert month.shown("table.calls tbody tr") == 2
    zoe.get_by_role("link", name="flags of Zoe").click()
    assert month.shown("details.flag") == 1
    zoe.get_by_role("link", name=re.compile("why")).first.click()
    assert month.page.locator("details.flag:visible").get_attribute("open") is not None
    # a flag that the filter hides is shown when a link leads there
    link = (
        month.page.locator("table.calls tr", has_text="m-00").locator("td a[href^='#flag']").first
    )
    target = month.page.locator(link.get_attribute("href") or "")
    month.page.locator("form[data-list=calls] button[data-clear]").click()
    assert not target.is_visible()
    link.click()
    playwright.expect(target.locator(".flag-body")).to_be_visible()


@pytest.mark.parametrize("name", ["month", "hostile", "empty"])
def test_a_page_executes_nothing_of_a_call_fetches_nothing_and_has_no_error(browser, files, name):
    context = browser.new_context(viewport=DESKTOP)
    watched = Watched(context, files[name])
    page = watched.page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.locator("main *[data-agent], main mark, main bdi").evaluate_all(
        """found => found.forEach((each) => ["mouseover", "click"].forEach((name) =>
            each.dispatchEvent(new MouseEvent(name, { bubbles: true, cancelable: true }))))"""
    )
    for box in page.get_by_role("searchbox").all():
        box.fill("<img src=x onerror='window.pwned=1'>")
    for choice in page.locator("select").all():
        choice.select_option(index=choice.locator("option").count() - 1)
    for button in page.get_by_role("button").all():
        button.click()
    page.wait_for_timeout(50)
    assert page.evaluate("window.pwned") is None
    assert watched.said == []
    assert watched.asked == [watched.file.as_uri()]
    context.close()


def test_should_markup_ever_slip_in_the_policy_keeps_it_from_running(browser, tmp_path):
    slip = "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
    text = make_page(make_report([])).replace("<footer>", f"{slip}<footer>")
    file = tmp_path / "slip.html"
    file.write_text(text, encoding="utf-8", newline="\n")
    context = browser.new_context()
    watched = Watched(context, file)
    assert watched.page.evaluate("window.pwned") is None
    assert any("Content Security Policy" in said for said in watched.said)
    context.close()


@pytest.mark.parametrize(
    ("scheme", "viewport"),
    [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE)],
    ids=["light", "dark", "phone"],
)
def test_contrast_landmarks_and_names_stand_up_to_axe(browser, files, scheme, viewport):
    context = browser.new_context(viewport=viewport, color_scheme=scheme)
    page = Watched(context, files["month in short"]).page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    found = axe.Axe().run(page).response
    assert len(found["passes"]) > 20
    assert {"color-contrast", "landmark-one-main", "region"} <= {
        each["id"] for each in found["passes"]
    }
    told = [
        (each["id"], [node["html"][:200] for node in each["nodes"][:3]])
        for each in found["violations"]
    ]
    assert told == []
    context.close()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", ["month", "hostile"])
def test_the_page_never_scrolls_sideways(browser, files, viewport, name):
    context = browser.new_context(viewport=viewport)
    page = Watched(context, files[name]).page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    context.close()


def test_without_javascript_it_reads_the_same_and_shows_no_dead_controls(browser, files):
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    watched = Watched(context, files["month"])
    assert watched.shown("form") == 0
    assert watched.shown("table button") == 0
    flag = watched.page.locator("details.flag").first
    flag.locator("summary").click()
    assert flag.locator(".flag-body").is_visible()
    context.close()


def test_the_first_tab_skips_to_the_report(month):
    month.page.keyboard.press("Tab")
    focused = month.page.locator(":focus")
    assert focused.inner_text() == "Skip to the report"
    assert focused.is_visible()
    month.page.keyboard.press("Enter")
    assert month.page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("scripted", [True, False])
def test_on_paper_all_is_open_and_no_controls_are_left(browser, files, scripted):
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=scripted)
    page = Watched(context, files["month"]).page
    page.emulate_media(media="print")
    body = page.locator("details.flag .flag-body").first
    assert body.is_visible()
    assert not page.locator("form.filter").first.is_visible()
    assert not page.locator("nav").is_visible()
    context.close()
