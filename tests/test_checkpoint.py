"""A run kept in a folder as it goes: killed anywhere, it goes on, and comes to the same."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from loaded import built_in, recogniser_once
from typer.testing import CliRunner, Result

from transcript_audit import checkpoint as module
from transcript_audit.batch import RuleSource, Sources, audit_calls
from transcript_audit.checkpoint import (
    Checkpoint,
    Kept,
    Part,
    describe_terms,
    key_of,
    resume_audits,
)
from transcript_audit.cli import app
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import CallAudit, SkippedCall, Transcript, Utterance
from transcript_audit.privacy import Privacy
from transcript_audit.pseudonyms import Pseudonyms
from transcript_audit.readers import read_transcripts
from transcript_audit.roles import RoleOptions
from transcript_audit.shards import CheckpointError

pytestmark = pytest.mark.usefixtures("_loaded_once")

ROOT = Path(__file__).resolve().parent.parent
TERMS = {"rule book": "a", "profile": "default"}
RULES = RuleSource(None, "default", True, "digest")

Read = Transcript | SkippedCall
Audited = CallAudit | SkippedCall


def calls(count: int) -> list[Read]:
    return [
        Transcript(f"c{n}", "a.jsonl", (Utterance(0, "agent", f"words {n} \ud800"),))
        for n in range(count)
    ]


def answer(read: Read) -> SkippedCall:
    """Stands for an audit: told by the read alone."""
    return SkippedCall(read.call_id, read.path, f"done {key_of(read)}", ("Zoë \udcff",))


def answers(
    reads: Iterable[Read | Kept], asked: list[str] | None = None
) -> Iterator[Audited | Kept]:
    for read in reads:
        if isinstance(read, Kept):
            yield read
        else:
            if asked is not None:
                asked.append(read.call_id)
            yield answer(read)


def test_what_was_done_is_not_done_again_and_comes_in_its_place(tmp_path: Path) -> None:
    reads = calls(10)
    with Checkpoint(tmp_path / "kept", TERMS) as kept:
        list(resume_audits(reads[3:6], kept, answers))
    asked: list[str] = []
    with Checkpoint(tmp_path / "kept", TERMS) as kept:
        found = list(resume_audits(reads, kept, lambda each: answers(each, asked)))
    assert found == [answer(read) for read in reads]
    assert asked == ["c0", "c1", "c2", "c6", "c7", "c8", "c9"]
    assert len(Checkpoint(tmp_path / "kept", TERMS)) == 10


def test_a_call_that_has_changed_is_audited_anew(tmp_path: Path) -> None:
    before, others = calls(1), calls(2)[1:]
    with Checkpoint(tmp_path / "kept", TERMS) as kept:
        list(resume_audits(before + others, kept, answers))
    changed = [replace(before[0], utterances=(Utterance(0, "agent", "other words"),))]  # type: ignore[call-arg]
    asked: list[str] = []
    with Checkpoint(tmp_path / "kept", TERMS) as kept:
        found = list(resume_audits(changed + others, kept, lambda each: answers(each, asked)))
    assert asked == ["c0"]
    assert found == [answer(read) for read in changed + others]


def test_an_interruption_keeps_what_is_done(tmp_path: Path) -> None:
    def interrupted(reads: Iterable[Read | Kept]) -> Iterator[Audited | Kept]:
        for number, audited in enumerate(answers(reads)):
            if number == 4:
                raise KeyboardInterrupt
            yield audited

    with pytest.raises(KeyboardInterrupt), Checkpoint(tmp_path / "kept", TERMS) as kept:
        list(resume_audits(calls(9), kept, interrupted))
    assert len(Checkpoint(tmp_path / "kept", TERMS)) == 4


def test_a_call_that_processes_died_of_is_tried_again(tmp_path: Path) -> None:
    dead = SkippedCall("c0", "a.jsonl", "the process that audited it ended, and ...")
    with Checkpoint(tmp_path / "kept", TERMS) as kept:
        found = resume_audits(calls(1), kept, lambda reads: (dead for _ in reads))
        assert list(found) == [dead]
    assert len(Checkpoint(tmp_path / "kept", TERMS)) == 0


@pytest.mark.parametrize("name", ["rule book", "profile"])
def test_other_terms_are_refused_by_name(tmp_path: Path, name: str) -> None:
    Checkpoint(tmp_path / "kept", TERMS)
    with pytest.raises(ConfigurationError, match=f"begun with another {name} .*another folder"):
        Checkpoint(tmp_path / "kept", {**TERMS, name: "b"})


def test_each_thing_an_audit_rests_on_is_a_term() -> None:
    before = describe_terms(RULES, RoleOptions(), Privacy())
    key = Pseudonyms(b"k" * 16)
    for changed, name in (
        (describe_terms(replace(RULES, digest="x"), RoleOptions(), Privacy()), "rule book"),
        (describe_terms(replace(RULES, profile="x"), RoleOptions(), Privacy()), "profile"),
        (
            describe_terms(replace(RULES, patterns_only=False), RoleOptions(), Privacy()),
            "recogniser",
        ),
        (describe_terms(RULES, RoleOptions(agent_speakers=("x",)), Privacy()), "options of roles"),
        (describe_terms(RULES, RoleOptions(), Privacy(reveal=True)), "options of redaction"),
        (describe_terms(RULES, RoleOptions(), Privacy(False, key)), "options of redaction"),
    ):
        assert [each for each in before if before[each] != changed[each]] == [name]
        assert "k" * 16 not in str(changed)


def test_a_folder_of_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="no checkpoint"):
        Checkpoint(tmp_path, TERMS)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("cut", [0, 20, -1])
def test_a_shard_that_was_cut_off_is_an_error_that_says_what_to_delete(
    tmp_path: Path, cut: int
) -> None:
    with Checkpoint(tmp_path / "kept", TERMS) as kept:
        list(resume_audits(calls(3), kept, answers))
    [shard] = (tmp_path / "kept").glob("*.shard")
    shard.write_bytes(shard.read_bytes()[:cut])
    with pytest.raises(CheckpointError, match=f"{shard.name}: damaged.* delete it"):
        Checkpoint(tmp_path / "kept", TERMS)


def test_a_shard_that_rotted_is_an_error_and_no_wrong_audit(tmp_path: Path) -> None:
    with Checkpoint(tmp_path / "kept", TERMS) as kept:
        list(resume_audits(calls(1), kept, answers))
    [shard] = (tmp_path / "kept").glob("*.shard")
    whole = shard.read_bytes()
    shard.write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
    with pytest.raises(CheckpointError, match="damaged"):
        list(resume_audits(calls(1), Checkpoint(tmp_path / "kept", TERMS), answers))


def test_a_draft_of_a_killed_run_is_left_aside(tmp_path: Path) -> None:
    Checkpoint(tmp_path / "kept", TERMS)
    (tmp_path / "kept" / ".draft-x").write_bytes(b"{")
    assert len(Checkpoint(tmp_path / "kept", TERMS)) == 0


def test_parts_have_every_call_once_whatever_the_order() -> None:
    reads = calls(300)
    parts = [[each.call_id for each in Part(n, 4).pick(reads)] for n in (1, 2, 3, 4)]
    assert sorted(chain.from_iterable(parts)) == sorted(each.call_id for each in reads)
    assert min(map(len, parts)) > 45
    assert {each.call_id for each in Part(2, 4).pick(reversed(reads))} == set(parts[1])


def test_parts_into_one_folder_make_the_whole(tmp_path: Path) -> None:
    reads = calls(40)
    for number in (2, 1, 3):
        with Checkpoint(tmp_path / "kept", TERMS) as kept:
            list(resume_audits(Part(number, 3).pick(reads), kept, answers))
    asked: list[str] = []
    with Checkpoint(tmp_path / "kept", TERMS) as kept:
        found = list(resume_audits(reads, kept, lambda each: answers(each, asked)))
    assert (found, asked) == ([answer(read) for read in reads], [])


@cache
def audits_of_samples() -> list[Audited]:
    sources = Sources([str(ROOT / "sample_transcripts")])
    return list(audit_calls(sources, built_in(), recogniser_once(built_in(), patterns_only=True)))


def test_an_audit_comes_back_as_it_was_to_the_last_digit(tmp_path: Path) -> None:
    found = audits_of_samples()
    assert len(found) > 20
    with Checkpoint(tmp_path / "kept", TERMS) as kept:
        for number, audited in enumerate(found):
            kept.add(f"{number:032x}", audited)
    kept = Checkpoint(tmp_path / "kept", TERMS)
    again = [kept.load(f"{number:032x}") for number in range(len(found))]
    assert again == found
    assert list(map(repr, again)) == list(map(repr, found))  # 1 is no 1.0


RUN = """
import sys, time
sys.path[:0] = {paths!r}
import test_checkpoint as t
from transcript_audit import checkpoint
checkpoint.CALLS = 7

def slowly(reads):
    for audited in t.answers(reads):
        time.sleep(0.002)
        yield audited

with checkpoint.Checkpoint(t.Path(sys.argv[1]), t.TERMS) as kept:
    print("begun", flush=True)
    for audited in checkpoint.resume_audits(t.calls(200), kept, slowly):
        pass
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX matter")
def test_a_run_killed_again_and_again_comes_to_the_same(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - no secret
    script = RUN.format(paths=[str(ROOT), str(ROOT / "tests")])
    lengths = [0]
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "kept")], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        time.sleep(chance.uniform(0.02, 0.15))
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        process.stdout.close()
        lengths.append(len(Checkpoint(tmp_path / "kept", TERMS)))
    assert lengths == sorted(lengths)
    asked: list[str] = []
    with Checkpoint(tmp_path / "kept", TERMS) as kept:
        found = list(resume_audits(calls(200), kept, lambda each: answers(each, asked)))
    assert found == [answer(read) for read in calls(200)]
    assert len(asked) == 200 - lengths[-1]


@pytest.mark.skipif(os.name != "posix", reason="SIGINT to a child is a POSIX matter")
def test_ctrl_c_leaves_what_is_done_and_the_next_run_goes_on(tmp_path: Path) -> None:
    # more than a pipe holds, so that it is still at it, however fast, when the signal comes
    calls = tmp_path / "calls.jsonl"
    said = [("Agent", "Hello."), ("Customer", "Hi, please cancel my plan."), ("Agent", "Done.")]
    turns = [{"speaker": speaker, "text": text} for speaker, text in said]
    lines = (json.dumps({"id": f"c-{number}", "turns": turns}) for number in range(500))
    calls.write_text("\n".join(lines), encoding="utf-8")
    words = (
        "audit",
        calls,
        "--patterns-only",
        "--no-settings",
        "-f",
        "jsonl",
    )
    options = [str(each) for each in (*words, "--checkpoint", tmp_path / "kept", "--jobs", "1")]
    process = subprocess.Popen(
        [sys.executable, "-m", "transcript_audit", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    first = process.stdout.readline().decode()
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.decode().splitlines()[-1] == "transcript-audit: interrupted"
    done = len(rest.splitlines()) + 1
    whole = run(*options)
    assert "goes on from" in whole.stderr
    assert whole.stdout.startswith(first + rest.decode())
    assert len(whole.stdout.splitlines()) == 500 > done


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in args])


def test_the_report_is_the_same_byte_for_byte_with_and_without_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ROOT / "sample_transcripts"
    audit = ("audit", folder, "--patterns-only", "--no-settings")
    plain, kept = tmp_path / "plain.html", tmp_path / "kept.html"
    options = ("--checkpoint", tmp_path / "kept")
    assert run(*audit, "-o", plain).exit_code == 0
    for number in (1, 2):
        part = run(*audit, "-f", "jsonl", *options, "--shard", f"{number}/2")
        assert part.exit_code == 0
    monkeypatch.setattr("transcript_audit.batch.audit_call", None)  # nothing is left to audit
    whole = run(*audit, "-o", kept, *options)
    assert whole.exit_code == 0
    calls_found = sum(1 for _ in read_transcripts([str(folder)]))
    assert f"goes on from {calls_found} calls" in whole.stderr
    assert kept.read_bytes() == plain.read_bytes()


def test_a_share_without_calls_is_no_fault_but_a_source_without_any_is(tmp_path: Path) -> None:
    call, empty = tmp_path / "a.txt", tmp_path / "empty"
    call.write_text("Agent: Hello.\nCustomer: Hi.\n")
    empty.mkdir()
    audit = ("--patterns-only", "--no-settings", "-f", "jsonl", "--shard")
    done = [run("audit", call, *audit, f"{number}/2") for number in (1, 2)]
    assert [each.exit_code for each in done] == [0, 0]
    [at] = [number for number, each in enumerate(done) if not each.stdout]
    assert f"--shard {at + 1}/2: none of the calls found in {call}" in done[at].stderr
    codes = [run("audit", empty, *audit, f"{number}/2").exit_code for number in (1, 2)]
    assert sorted(codes) == [0, 3]  # one of them tells of the folder without calls


@pytest.mark.parametrize("shard", ["0/2", "3/2", "2", "a/b", "1/0", "-1/2"])
def test_a_share_that_is_none_exits_2(tmp_path: Path, shard: str) -> None:
    done = run("audit", ROOT / "sample_transcripts", "--no-settings", "--shard", shard)
    assert done.exit_code == 2
    assert "--shard" in done.stderr
    assert "2/8" in done.stderr


@pytest.mark.parametrize("place", ["", "kept"])
def test_a_checkpoint_among_the_calls_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "a.txt").write_text("Agent: Hello.\nCustomer: Hi.\n")
    done = run(
        "audit", tmp_path, "--patterns-only", "--no-settings", "--checkpoint", tmp_path / place
    )
    assert done.exit_code == 2
    assert "calls are read from" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_the_manifest_tells_the_terms(tmp_path: Path) -> None:
    Checkpoint(tmp_path / "kept", TERMS)
    held = json.loads((tmp_path / "kept" / module.MANIFEST).read_text())
    assert held == {"form": 1, "terms": TERMS}
