"""The rule files load, and a fault in them is told with its place and what is allowed."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from transcript_audit.cli.rules import app
from transcript_audit.errors import ConfigurationError, RuleBookError
from transcript_audit.model import (
    ARGUMENT,
    OFFER_KINDS,
    TOPICS,
    ActLabel,
    ActStatus,
    Family,
    Role,
    Severity,
)
from transcript_audit.rulebook import (
    RuleBook,
    find_rules_directory,
    load_profiles,
    load_rulebook,
    parse_dialogue,
)
from transcript_audit.rulebook.documents import editor_schemas, rules_page

RULE = """\
id: own-rule
title: A rule of our own
family: conduct
severity: minor
description: What and why.
check:
  kind: act-present
  acts: [disrespect]
  after: call
message: It happened.
coaching: Do better.
cleared_by: Not doing it.
false_positives: [Banter.]
references: [House rules]
examples:
  match:
    - |
      Customer: Hello.
      > Agent: You fool.
  no_match:
    - |
      Customer: Hello.
      Agent: Hello.
"""

PATTERN = """\
patterns:
  - id: offer/own
    act: offer
    qualifier: discount
    phrases: ["ten percent off"]
    examples: {match: [I can do ten percent off], no_match: [It is ten past five]}
"""

POLICY = {
    "refusal-explicit": "critical",
    "refusal-conditional": "critical",
    "refusal-stall": "major",
    "refusal-runaround": "major",
    "refusal-substitution": "critical",
    "refusal-unresolved": "critical",
    "pushback-after-decline": "major",
    "pushback-interrogation": "major",
    "pushback-pressure": "major",
    "concern-unacknowledged": "major",
    "concern-irrelevant-offer": "major",
    "concern-repeated": "major",
    "conduct-disrespect": "critical",
    "exit-no-confirmation": "minor",
    "exit-no-goodwill": "coaching",
}


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load_rulebook()


@pytest.fixture
def built_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built-in directory with the least that loads, so that faults come from the test alone."""
    directory = tmp_path / "rules"
    (directory / "profiles").mkdir(parents=True)
    (directory / "profiles/default.yaml").write_text("id: default\ntitle: D\ndescription: D\n")
    table = "".join(f"  {topic}: []\n" for topic in TOPICS)
    (directory / "relevance.yaml").write_text(f"relevance:\n{table}")
    (directory / "lists.yaml").write_text("lists:\n  commitment: [plan, phone line]\n")
    monkeypatch.setattr("transcript_audit.rulebook.loading.find_rules_directory", lambda: directory)
    return directory


def write(directory: Path, name: str, text: str) -> Path:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(directory: Path | None = None, profile: str = "default") -> tuple[str, ...]:
    with pytest.raises(RuleBookError) as caught:
        load_rulebook(directory, profile)
    return caught.value.faults


def position(text: str, words: str) -> str:
    """`line:column` of the first place where `words` stand in `text`."""
    before = text[: text.index(words)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def test_built_in_book_has_the_rules_of_the_policy_with_their_severities(book: RuleBook) -> None:
    assert {rule.id: str(rule.severity) for rule in book.rules} == POLICY


def test_rules_come_in_the_order_of_families_then_severities(book: RuleBook) -> None:
    keys = [(list(Family).index(r.family), list(Severity).index(r.severity)) for r in book.rules]
    assert keys == sorted(keys)


def test_relevance_names_known_kinds_for_every_topic(book: RuleBook) -> None:
    assert set(book.relevance) == set(TOPICS)
    assert set().union(*book.relevance.values()) <= {*OFFER_KINDS, ARGUMENT}


def test_relevance_follows_the_policys_examples(book: RuleBook) -> None:
    assert "move-service" in book.relevance["moving"]
    assert not {"upgrade", "discount"} & book.relevance["moving"]
    assert "discount" in book.relevance["price"]
    assert {"fix", "credit"} <= book.relevance["reliability"]
    assert {topic for topic, kinds in book.relevance.items() if "discount" in kinds} == {
        "price",
        "hardship",
        "competitor",
    }


def test_every_rule_has_three_examples_of_each_side_with_evidence_by_the_right_role(
    book: RuleBook,
) -> None:
    for rule in book.rules:
        assert len(rule.examples.match) + len(rule.examples.todo_match) >= 3, rule.id
        assert len(rule.examples.no_match) >= 3, rule.id
        by = Role.CUSTOMER if rule.id in {"concern-unacknowledged", "concern-repeated"} else None
        for block in (*rule.examples.match, *rule.examples.todo_match):
            marked = {line.role for line in parse_dialogue(block) if line.evidence}
            assert marked == {by or Role.AGENT}, rule.id


def test_profiles_differ_where_they_say_so() -> None:
    profiles = {profile.id: profile for profile in load_profiles()}
    assert profiles["default"].consent == "none"
    assert profiles["strict"].consent == "agreed-to-hear"
    assert profiles["california"].consent == "told-how-to-cancel"
    assert profiles["strict"].turns_to_acknowledge == profiles["default"].turns_to_acknowledge
    assert any("88 FR 24716" in citation for citation in profiles["strict"].citations)
    assert any("17602" in citation for citation in profiles["california"].citations)


def test_unknown_profile_is_told_with_a_suggestion(built_in: Path) -> None:
    assert faults_of(profile="defualt") == (
        "no profile is called 'defualt'; did you mean 'default'? (allowed: default)",
    )


def test_book_is_the_same_whatever_the_line_ends(built_in: Path) -> None:
    before = load_rulebook()
    path = built_in / "lists.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_rulebook() == before
    path.write_text("lists:\n  commitment: [plan]\n")
    assert load_rulebook().digest != before.digest


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("severity: minor", "severity: majr", "majr", "did you mean 'major'?"),
        ("family: conduct", "family: conducts", "conducts", "did you mean 'conduct'?"),
        ("coaching:", "coachin:", "coachin", "unknown key 'coachin'; did you mean 'coaching'?"),
        ("kind: act-present", "kind: act-presnt", "act-presnt", "did you mean 'act-present'?"),
        ("acts: [disrespect]", "acts: [disrespekt]", "disrespekt", "did you mean 'disrespect'?"),
        ("acts: [disrespect]", "acts: [decline]", "decline", "is no agent's act"),
        ("acts: [disrespect]", "acts: []", "[]", "expected at least 1 item"),
        ("after: call", "after: cal", "cal\n", "did you mean 'call'?"),
        ("id: own-rule", "id: other-rule", "other-rule", "must be the file's name"),
        ("id: own-rule", "id: Own_Rule", "Own_Rule", "is no name"),
        ("title: A rule of our own", "title: 12", "12", "a text (put it in quotes)"),
        ("title: A rule of our own", "title: ''", "''", "expected at least 1 character"),
        ("> Agent: You fool.", "Agent: You fool.", "|\n      Customer", "no line is marked"),
        (
            "Agent: Hello.",
            "> Agent: Hello.",
            "|\n      Customer: Hello.\n      > Agent: Hello",
            "has",
        ),
        ("Customer: Hello.", "Clerk: Hello.", "|\n      Clerk", "line 1 of the dialogue"),
    ],
)
def test_fault_in_a_rule_is_told_with_line_column_and_what_is_allowed(
    built_in: Path, old: str, new: str, at: str, says: str
) -> None:
    assert old in RULE
    text = RULE.replace(old, new) if old != "Customer: Hello." else RULE.replace(old, new, 1)
    path = write(built_in, "checks/own-rule.yaml", text)
    here = [fault for fault in faults_of() if says in fault]
    assert here, faults_of()
    assert here[0].startswith(f"{path}:{position(text, at)}: ")


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("act: offer", "act: ofer", "ofer", "did you mean 'offer'?"),
        ("qualifier: discount", "qualifier: discout", "discout", "did you mean 'discount'?"),
        ("qualifier: discount", "qualifier: price", "price", "'price' is no qualifier of offer"),
        ("    qualifier: discount\n", "", "id: offer", "there must be a qualifier of offer"),
        ("act: offer", "act: persuade", "discount", "persuade has no qualifier"),
        ("id: offer/own", "id: own/offer", "own/offer", "must begin with its act"),
        ("ten percent off", "cancel @comitment", '"cancel', "did you mean 'commitment'?"),
        ("ten percent off", "percent.* off", '"percent', "'percent.*' is not part of a phrase"),
        ("ten percent off", "", '""', "expected at least 1 character"),
        ("ten percent off", ".. off?", '"..', "would match anything"),
        ('    phrases: ["ten percent off"]\n', "", "id: offer", "has no patterns"),
        ("match: [I can do ten percent off]", "match: []", "[]", "no example"),
        ("no_match: [It is ten past five]", "no_match: []", "[]", "no example"),
        ("phrases:", "tokens: [[{LEMMA: off}]]\n    phrases:", "LEMMA", "needs a trained model"),
        ("phrases:", "strength: 1.5\n    phrases:", "1.5", "less than or equal to 1"),
        ("phrases:", "speaker: customer\n    phrases:", "customer", "is an act of the agent"),
        ("phrases:", "readings: [negatd]\n    phrases:", "negatd", "did you mean 'negated'?"),
    ],
)
def test_fault_in_a_pattern_is_told_with_line_column_and_what_is_allowed(
    built_in: Path, old: str, new: str, at: str, says: str
) -> None:
    assert old in PATTERN
    text = PATTERN.replace(old, new, 1)
    path = write(built_in, "acts/own.yaml", text)
    here = [fault for fault in faults_of() if says in fault]
    assert here, faults_of()
    assert here[0].startswith(f"{path}:{position(text, at)}: ")


def test_rule_without_both_sides_of_examples_does_not_load(built_in: Path) -> None:
    head = RULE[: RULE.index("  no_match:")]
    write(built_in, "checks/own-rule.yaml", head)
    assert any("key 'no_match' is missing" in fault for fault in faults_of())


def test_all_faults_of_all_files_come_at_once(built_in: Path) -> None:
    rule = RULE.replace("severity: minor", "severity: majr").replace("title:", "titel:")
    write(built_in, "checks/own-rule.yaml", rule)
    write(built_in, "acts/own.yaml", PATTERN.replace("act: offer", "act: ofer"))
    write(built_in, "lists.yaml", "lists: {empty: []}\n")
    write(built_in, "readings.yaml", "readings:\n  - {status: negate, cues: [not]}\n")
    told = "\n".join(faults_of())
    for part in ("'majr'", "'titel'", "'title' is missing", "'ofer'", "empty", "'negate'"):
        assert part in told


def test_text_that_is_not_yaml_is_told_with_its_line(built_in: Path) -> None:
    path = write(built_in, "lists.yaml", "lists:\n  a: [one, two\n  b: [three]\n")
    assert any(fault.startswith(f"{path}:3:") and "not YAML" in fault for fault in faults_of())


def test_a_key_used_twice_is_a_fault(built_in: Path) -> None:
    path = write(built_in, "lists.yaml", "lists:\n  a: [one]\n  a: [two]\n")
    assert any(fault.startswith(f"{path}:3:3") for fault in faults_of())


def test_file_that_is_not_utf8_is_a_fault(built_in: Path) -> None:
    (built_in / "lists.yaml").write_bytes(b"lists:\n  a: [caf\xe9]\n")
    assert any("not UTF-8" in fault for fault in faults_of())


def test_empty_file_is_a_fault_with_what_was_expected(built_in: Path) -> None:
    path = write(built_in, "acts/own.yaml", "")
    assert faults_of() == (f"{path}:1:1: nothing: expected keys with values (patterns)",)


def test_a_misspelt_act_is_one_fault_in_plain_words(built_in: Path) -> None:
    write(built_in, "acts/own.yaml", PATTERN.replace("act: offer", "act: ofer"))
    (fault,) = faults_of()
    assert "did you mean 'offer'?" in fault


def test_a_misspelt_act_in_a_list_is_not_told_as_an_empty_list_too(built_in: Path) -> None:
    write(built_in, "checks/own-rule.yaml", RULE.replace("[disrespect]", "[offr]"))
    (fault,) = faults_of()
    assert "did you mean 'offer'?" in fault


def test_a_fault_of_one_pattern_does_not_hide_those_of_the_others(built_in: Path) -> None:
    other = PATTERN.removeprefix("patterns:\n").replace("offer/own", "offer/other")
    write(
        built_in,
        "acts/own.yaml",
        PATTERN.replace("act: offer", "act: ofer")
        + other.replace("ten percent off", "off @comitment")
        + other.replace("ten percent off", "a//b").replace(
            "phrases:", "tokens: [[{LEMA: off}]]\n    phrases:"
        ),
    )
    told = "\n".join(faults_of())
    for part in ("'ofer'", "@comitment", "'a//b'", "'LEMA'", "'offer/other' is taken"):
        assert part in told


def test_a_faulty_file_is_not_told_again_by_those_that_name_what_it_holds(built_in: Path) -> None:
    write(built_in, "acts/own.yaml", PATTERN.replace("ten percent off", "off @extra @commitment"))
    write(built_in, "lists.yaml", "lists:\n  commitment: [plan]\n  extra: [7]\n")
    write(built_in, "checks/own-rule.yaml", RULE.replace("severity: minor", "severity: majr"))
    profile = "id: {}\ntitle: T\ndescription: D\n"
    write(built_in, "profiles/base.yaml", profile.format("base") + "reasons_allowed: many\n")
    own = profile.format("own") + "extends: base\nrule_strength: {own-rule: 0.5}\n"
    write(built_in, "profiles/own.yaml", own)
    told = faults_of()
    assert len(told) == 3
    assert all(part in "".join(told) for part in ("'majr'", "'many'", "7: "))
    write(built_in, "lists.yaml", "lists: [\n")
    assert not any("no word list" in fault for fault in faults_of())


def test_words_that_other_yaml_takes_for_truth_stay_words(built_in: Path) -> None:
    write(built_in, "lists.yaml", "lists:\n  no: [no, yes, off, on, y]\n")
    assert load_rulebook().lists["no"] == ("no", "yes", "off", "on", "y")


def test_relevance_must_name_every_topic(built_in: Path) -> None:
    path = write(built_in, "relevance.yaml", "relevance:\n  price: [discount]\n")
    (fault,) = faults_of()
    assert fault.startswith(f"{path}:2:3: no entry for reliability, ")


def test_unknown_topic_is_told_at_its_key(built_in: Path) -> None:
    text = (built_in / "relevance.yaml").read_text().replace("  moving:", "  movng:")
    path = write(built_in, "relevance.yaml", text)
    (fault,) = faults_of()
    assert fault.startswith(f"{path}:{position(text, 'movng')}: 'movng' is not known")
    assert "did you mean 'moving'?" in fault


def test_weights_that_a_profile_leaves_open_come_from_the_one_it_extends(built_in: Path) -> None:
    head = "title: T\ndescription: D\n"
    base = "eligible_at_least: 25\nquality:\n  severity_weights: {major: 7.0, minor: 1.0}\n"
    base += "  rule_weights: {own-rule: 3.0}\n  auto_fail: []\n"
    write(built_in, "checks/own-rule.yaml", RULE)
    write(built_in, "profiles/base.yaml", f"id: base\n{head}{base}")
    own = "extends: base\nquality: {severity_weights: {minor: 4.0}}\n"
    write(built_in, "profiles/own.yaml", f"id: own\n{head}{own}")
    profile = load_rulebook(None, "own").profile
    assert profile.eligible_at_least == 25
    assert profile.quality.severity_weights == {"major": 7.0, "minor": 4.0}
    assert (profile.quality.rule_weights, profile.quality.auto_fail) == ({"own-rule": 3.0}, ())


def test_weight_of_an_unknown_rule_is_told_at_its_place(built_in: Path) -> None:
    text = "id: own\ntitle: T\ndescription: D\nquality:\n  rule_weights: {no-rule: 3.0}\n"
    path = write(built_in, "profiles/own.yaml", text)
    (fault,) = faults_of()
    assert fault.startswith(f"{path}:{position(text, 'no-rule')}: there is no rule 'no-rule'")


@pytest.mark.parametrize("name", ["check/own-rule.yaml", "checks/own-rule.yml", "checks/a/b.yaml"])
def test_rule_file_in_a_place_nobody_reads_is_a_fault(built_in: Path, name: str) -> None:
    path = write(built_in, name, RULE)
    assert any(f.startswith(f"{path}:1:1: rules are not read from here") for f in faults_of())


def test_profile_that_extends_itself_or_nothing_is_a_fault(built_in: Path) -> None:
    profile = "id: {}\ntitle: T\ndescription: D\nextends: {}\n"
    write(built_in, "profiles/a.yaml", profile.format("a", "b"))
    write(built_in, "profiles/b.yaml", profile.format("b", "a"))
    write(built_in, "profiles/c.yaml", profile.format("c", "defualt"))
    told = "\n".join(faults_of())
    assert "goes in a circle: a -> b -> a" in told
    assert "there is no profile 'defualt'; did you mean 'default'?" in told


def test_profile_takes_what_it_leaves_open_from_the_one_it_extends(built_in: Path) -> None:
    base = "id: base\ntitle: B\ndescription: B\nattempts_allowed: 4\nact_strength: {offer: 0.7}\n"
    own = (
        "id: own\ntitle: O\ndescription: O\nextends: base\nreasons_allowed: 0\n"
        "act_strength: {stall: 0.6}\n"
    )
    write(built_in, "profiles/base.yaml", base)
    write(built_in, "profiles/own.yaml", own)
    profile = load_rulebook(profile="own").profile
    assert (profile.id, profile.attempts_allowed, profile.reasons_allowed) == ("own", 4, 0)
    assert profile.strength_needed(ActLabel.OFFER) == 0.7
    assert profile.strength_needed(ActLabel.STALL) == 0.6
    assert profile.strength_needed(ActLabel.REFUSE) == profile.minimum_strength


def test_threshold_for_a_rule_that_does_not_exist_is_a_fault(built_in: Path) -> None:
    write(built_in, "checks/own-rule.yaml", RULE)
    text = "id: own\ntitle: O\ndescription: O\nrule_strength: {own-rul: 0.5}\n"
    path = write(built_in, "profiles/own.yaml", text)
    (fault,) = faults_of()
    assert fault.startswith(f"{path}:{position(text, 'own-rul')}: ")
    assert "did you mean 'own-rule'?" in fault


def test_own_directory_replaces_by_id_and_adds_the_rest(built_in: Path, tmp_path: Path) -> None:
    write(built_in, "checks/own-rule.yaml", RULE)
    write(built_in, "acts/own.yaml", PATTERN)
    own = tmp_path / "mine"
    write(own, "checks/own-rule.yaml", RULE.replace("severity: minor", "severity: major"))
    write(own, "checks/new-rule.yaml", RULE.replace("own-rule", "new-rule"))
    write(own, "acts/other.yaml", PATTERN.replace("ten percent off", "ten off @commitment"))
    write(own, "lists.yaml", "lists:\n  commitment: [season ticket]\n")
    write(own, "relevance.yaml", "relevance:\n  price: [discount]\n")
    book = load_rulebook(own)
    assert {rule.id: str(rule.severity) for rule in book.rules} == {
        "own-rule": "major",
        "new-rule": "minor",
    }
    assert [pattern.phrases for pattern in book.patterns] == [("ten off @commitment",)]
    assert book.lists["commitment"] == ("plan", "phone line", "season ticket")
    assert book.relevance["price"] == {"discount"}
    assert book.digest != load_rulebook().digest


def test_book_knows_which_patterns_are_the_users_own(built_in: Path, tmp_path: Path) -> None:
    write(built_in, "acts/a.yaml", PATTERN)
    write(built_in, "acts/b.yaml", PATTERN.replace("offer/own", "offer/replaced"))
    assert load_rulebook().own_patterns == frozenset()
    assert load_rulebook(built_in).own_patterns == frozenset()
    own = tmp_path / "mine"
    write(own, "acts/b.yaml", PATTERN.replace("offer/own", "offer/replaced"))
    write(own, "acts/c.yaml", PATTERN.replace("offer/own", "offer/added"))
    assert load_rulebook(own).own_patterns == {"offer/replaced", "offer/added"}


def test_id_used_twice_in_one_directory_is_a_fault(built_in: Path) -> None:
    write(built_in, "acts/a.yaml", PATTERN)
    path = write(built_in, "acts/b.yaml", PATTERN)
    (fault,) = faults_of()
    assert fault.startswith(f"{path}:{position(PATTERN, 'offer/own')}: ")
    assert "acts/a.yaml" in fault


def test_own_directory_that_is_missing_or_empty_is_a_fault(built_in: Path, tmp_path: Path) -> None:
    assert "no such directory" in faults_of(tmp_path / "nowhere")[0]
    (tmp_path / "empty").mkdir()
    assert "no rule files" in faults_of(tmp_path / "empty")[0]


def test_pattern_gets_its_speaker_and_readings_from_its_act(built_in: Path) -> None:
    request = PATTERN.replace("offer", "request-cancel").replace("    qualifier: discount\n", "")
    write(built_in, "acts/a.yaml", PATTERN)
    write(built_in, "acts/b.yaml", request)
    offer, asked = load_rulebook().patterns
    assert (offer.speaker, offer.readings) == (Role.AGENT, ())
    assert asked.speaker is Role.CUSTOMER
    assert set(asked.readings) == set(ActStatus) - {ActStatus.ASSERTED}


def test_dialogue_lines_carry_role_agent_and_evidence() -> None:
    first, second = parse_dialogue("  Agent Rosa: Hello: there.\n\n> Customer: Bye.\n")
    assert (first.role, first.agent_id, first.text) == (Role.AGENT, "Rosa", "Hello: there.")
    assert not first.evidence
    assert (second.role, second.agent_id, second.evidence) == (Role.CUSTOMER, None, True)


@given(st.text())
def test_any_dialogue_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        lines = parse_dialogue(text)
        assert all(line.text and line.text == line.text.strip() for line in lines)


def test_built_in_schemas_for_editors_are_up_to_date() -> None:
    for name, text in editor_schemas().items():
        assert (find_rules_directory() / "schema" / name).read_text(encoding="utf-8") == text
        assert json.loads(text)["$schema"]


def test_page_names_every_rule_and_profile(book: RuleBook) -> None:
    profiles = load_profiles()
    page = rules_page(book, profiles)
    for rule in book.rules:
        assert f"## {rule.id}\n" in page
        assert rule.message in page
    for profile in profiles:
        assert f"### {profile.id}: " in page
    assert "With `--patterns-only` it is the\nstrength of the act itself" in page


def test_lint_prints_every_fault_and_exits_2(built_in: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine"
    path = write(own, "acts/own.yaml", PATTERN.replace("act: offer", "act: ofer"))
    done = CliRunner().invoke(app, ["lint", "--rules", str(own)])
    assert done.exit_code == 2
    assert done.stdout.startswith(f"{path}:3:10: 'ofer' is not known; did you mean 'offer'?")
    assert CliRunner().invoke(app, ["lint"]).exit_code == 0


def test_fault_with_terminal_escapes_is_shown_spelled_out(built_in: Path, tmp_path: Path) -> None:
    write(tmp_path / "mine", "acts/own.yaml", PATTERN.replace("act: offer", r'act: "\e[31mred"'))
    done = CliRunner().invoke(app, ["lint", "--rules", str(tmp_path / "mine")])
    assert done.exit_code == 2
    assert "\x1b" not in done.stdout


def test_page_is_written_then_found_up_to_date_then_stale(built_in: Path, tmp_path: Path) -> None:
    page = tmp_path / "docs/rules.md"
    write(built_in, "checks/own-rule.yaml", RULE)
    assert CliRunner().invoke(app, ["docs", "-o", str(page), "--check"]).exit_code == 2
    assert not page.exists()
    assert CliRunner().invoke(app, ["docs", "-o", str(page)]).exit_code == 0
    assert CliRunner().invoke(app, ["docs", "-o", str(page), "--check"]).exit_code == 0
    write(built_in, "checks/own-rule.yaml", RULE.replace("It happened.", "It happened again."))
    assert CliRunner().invoke(app, ["docs", "-o", str(page), "--check"]).exit_code == 2
    assert "It happened again." not in page.read_text()


@pytest.mark.parametrize(("command", "folder"), [("docs", "docs"), ("schema", "rules")])
def test_pages_are_not_written_into_a_folder_that_is_no_checkout(
    command: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [command])
    assert isinstance(done.exception, ConfigurationError)
    assert "--output" in str(done.exception)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / folder).mkdir()
    assert CliRunner().invoke(app, [command]).exit_code == 0
    assert list((tmp_path / folder).iterdir())


def test_show_prints_markup_as_it_stands(built_in: Path) -> None:
    write(built_in, "checks/own-rule.yaml", RULE.replace("What and why.", "See [/bold] and [red]."))
    done = CliRunner().invoke(app, ["show", "own-rule"])
    assert done.exit_code == 0
    assert "See [/bold] and [red]." in done.stdout


def test_name_that_is_no_rule_is_told_with_a_suggestion(built_in: Path) -> None:
    write(built_in, "checks/own-rule.yaml", RULE)
    done = CliRunner().invoke(app, ["show", "own-rul"])
    assert isinstance(done.exception, ConfigurationError)
    assert "did you mean 'own-rule'?" in str(done.exception)


def test_loading_and_listing_rules_imports_neither_spacy_nor_pandas() -> None:
    code = (
        "import sys\n"
        "from transcript_audit.cli.rules import app\n"
        "app(['list'], standalone_mode=False)\n"
        "print(sorted({'spacy', 'pandas'} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr.strip() == "[]"
    assert all(rule in done.stdout for rule in POLICY)
