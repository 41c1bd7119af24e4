"""Whatever a document does to its reader, it costs that document alone, and nothing of it stays behind."""

from __future__ import annotations

import ast
import asyncio
import os
import select
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from aggregator.isolated import LARGEST, READ, serve
from aggregator.isolation import Isolation
from aggregator.model import Batch, Document, Stamp, Text
from aggregator.passing import Errand, pack_errand, unpack_errand, unpack_read
from aggregator.reading import read_batch
from aggregator.smallestfirst import ROOM
from aggregator.wire import Wire
from tests.builders import NOW, a_source
from tests.hostile import Hostile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aggregator.reading import Read

ROOT = Path(__file__).parent.parent
SOURCE = a_source("strange", type="hostile")
NO_FORK = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells of other processes")


def a_batch(*bodies: str) -> Batch:
    documents = (
        Document(Stamp(f"https://example.org/{n}", 1, 0, ""), b.encode()) for n, b in enumerate(bodies)
    )
    return Batch(tuple(documents))


def read(isolation: Isolation, *bodies: str) -> list[Read]:
    return asyncio.run(isolation.read(Hostile(), SOURCE, a_batch(*bodies), NOW))


def said(reads: list[Read]) -> list[str]:
    """Of each document the title of its item, or what is wrong with it."""
    return [each.reading.problems[0].what if each.failed else each.items[0][1].title.value for each in reads]


def pid(one: Read) -> int:
    assert one.reading.info is not None
    return int(one.reading.info.id)


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    with Isolation(memory=512 << 20) as isolation:
        yield isolation


@pytest.fixture
def hasty() -> Iterator[Isolation]:
    with Isolation(deadline=0.5, grace=0.3) as isolation:
        yield isolation


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_read_in_a_child_is_what_is_read_here(isolation: Isolation) -> None:
    batch = a_batch("one", "refuse", "three")

    there = asyncio.run(isolation.read(Hostile(), SOURCE, batch, NOW))
    here = read_batch(Hostile(), SOURCE, batch, NOW)

    assert [(r.document, r.items, r.failed, r.reading.problems) for r in there] == [
        (r.document, r.items, r.failed, r.reading.problems) for r in here
    ]
    assert there[0].items[0][0].title == Text("<b>one</b>", "html")
    assert there[0].document is batch.documents[0]


def test_one_child_reads_one_document_after_the_other(isolation: Isolation) -> None:
    pids = {pid(one) for one in read(isolation, "one", "two", "three")}

    assert len(pids) == 1
    assert os.getpid() not in pids


def test_no_child_is_started_before_there_is_something_to_read() -> None:
    with Isolation(python="/nowhere") as isolation:
        assert read(isolation) == []


def test_a_child_is_replaced_before_it_is_old(isolation: Isolation) -> None:
    pids = [pid(one) for one in read(isolation, *map(str, range(501)))]

    assert len(set(pids)) == 2


def test_several_processes_read_side_by_side(tmp_path: Path) -> None:
    meeting = tmp_path / "meeting"
    os.mkfifo(meeting)

    async def meet(isolation: Isolation) -> list[list[Read]]:
        ways = (a_batch(f"meet {way} {meeting}") for way in ("r", "w"))
        return await asyncio.gather(*(isolation.read(Hostile(), SOURCE, way, NOW) for way in ways))

    with Isolation(deadline=10, processes=2) as isolation:
        reads = asyncio.run(meet(isolation))

    assert [each.failed for (each,) in reads] == [False, False]


def test_large_documents_that_wait_are_refused_beyond_their_limit() -> None:
    large = "x" * (ROOM // 4)

    async def besiege(isolation: Isolation) -> list[list[Read]]:
        batches = (a_batch(body) for body in ("one", *[large] * 8))
        return await asyncio.gather(*(isolation.read(Hostile(), SOURCE, each, NOW) for each in batches))

    with Isolation(memory=1 << 30) as isolation:
        found = [said(each)[0] for each in asyncio.run(besiege(isolation))]

    assert found[0] == "one"
    assert 3 <= sum(each.startswith("was not read: too many large documents") for each in found) <= 5


# ── what documents do ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("deed", "problem"),
    [
        ("refuse", "is no feed"),
        ("allocate", "needed more than 512 MiB of memory to read"),
        ("exit_at_once", "the parser crashed (exit code 3)"),
        ("leave", "the parser crashed (exit code 1)"),
        ("segfault", "the parser crashed (SIGSEGV)"),
        ("be_killed", "was stopped by the system while it was read, probably for want of memory"),
        ("say_much", "what it says is larger than 32 MiB and cannot be taken in"),
    ],
)
def test_what_one_document_breaks_costs_that_document_alone(
    isolation: Isolation, deed: str, problem: str
) -> None:
    assert said(read(isolation, "before", deed, "after")) == ["before", problem, "after"]


@pytest.mark.parametrize(("deed", "kind"), [("surprise", "AttributeError"), ("recurse", "RecursionError")])
def test_an_exception_no_parser_may_raise_is_told_with_its_place(
    isolation: Isolation, caplog: pytest.LogCaptureFixture, deed: str, kind: str
) -> None:
    caplog.set_level("DEBUG")

    before, broken, after = said(read(isolation, "before", deed, "after"))

    assert (before, after) == ("before", "after")
    assert broken.startswith(f"the parser crashed ({kind} at hostile.py:")
    assert f"in {deed}" in caplog.text
    assert caplog.records[-1].levelname == "DEBUG"


@pytest.mark.parametrize("deed", ["hang", "hang_in_c", "hang_deaf"])
def test_a_document_that_takes_too_long_is_stopped(hasty: Isolation, deed: str) -> None:
    before, hung, after = read(hasty, "before", deed, "after")

    assert said([before, hung, after]) == [
        "before",
        "took longer than 0.5 s to read and was stopped",
        "after",
    ]
    assert pid(after) != pid(before)


@pytest.mark.parametrize("deed", ["hang", "hang_in_c"])
def test_a_reader_ends_itself_at_its_deadline(deed: str) -> None:
    with Isolation(deadline=0.5, grace=30) as patient:
        before = monotonic()
        (hung,) = read(patient, deed)

        assert monotonic() - before < 30
    assert said([hung]) == ["took longer than 0.5 s to read and was stopped"]


@pytest.mark.parametrize(
    "deed",
    [
        "take_over",
        "garble",
        "say_nothing",
        "say_something_unknown",
        "speak_for_another",
        "announce_more_than_there_is_memory",
    ],
)
def test_a_child_that_was_taken_over_can_do_no_more_than_say_nonsense(
    isolation: Isolation, deed: str
) -> None:
    (before,) = read(isolation, "before")

    reads = read(isolation, deed, "after")

    assert said(reads) == ["its reader answered with what makes no sense", "after"]
    assert not is_there(pid(before))
    assert "AGGREGATOR_WAS_TAKEN_OVER" not in os.environ


def test_what_a_child_says_is_clean_is_cleaned_once_more() -> None:
    with Isolation() as isolation:
        (taken,) = read(isolation, "hand_over_script")

    ((raw, clean),) = taken.items
    assert (clean.title, clean.link) == (Text("<script>alert(1)</script>"), None)  # a text that may be shown
    assert clean.content == Text("<p>Hi</p>", "html")
    assert raw.cleaner == 0
    assert taken.reading.info is not None
    assert (taken.reading.info.site_url, taken.reading.info.title) == (None, "a[31m b")


def test_an_answer_that_never_comes_to_its_end_is_not_waited_for(hasty: Isolation) -> None:
    problem, after = said(read(hasty, "never_come_to_an_end", "after"))

    assert problem == "took longer than 0.5 s to read and was stopped"
    assert after == "after"


def test_what_a_child_says_of_its_crash_is_one_short_harmless_line(isolation: Isolation) -> None:
    (problem,) = said(read(isolation, "confess_a_lot"))

    assert problem.startswith("the parser crashed (")
    assert len(problem) < 400
    assert problem.isprintable()


def test_a_child_is_told_no_secret_of_its_source() -> None:
    source = a_source("strange", headers=(("Authorization", "hush"),), proxy="http://hush@p.example")

    errand = unpack_errand(pack_errand(Errand(Hostile(), source, a_batch("one").documents[0], NOW)))

    assert errand.source == replace(source, headers=(), proxy=None)


def test_a_child_that_lets_go_of_its_pipe_is_ended(isolation: Isolation) -> None:
    before, _, after = read(isolation, "before", "let_go", "after")

    assert not is_there(pid(before))
    assert not after.failed


def test_what_a_parser_prints_goes_nowhere(isolation: Isolation, capfd: pytest.CaptureFixture[str]) -> None:
    assert said(read(isolation, "write", "after")) == ["write", "after"]
    assert capfd.readouterr() == ("", "")


def test_a_child_that_the_system_ended_between_two_documents_costs_none(isolation: Isolation) -> None:
    (before,) = read(isolation, "before")
    watch = os.pidfd_open(pid(before))
    os.kill(pid(before), signal.SIGKILL)
    wait_for(watch)

    assert said(read(isolation, "after")) == ["after"]


def test_where_no_process_can_be_started_the_document_says_so() -> None:
    with Isolation(python="/nowhere/python") as isolation:
        problems = said(read(isolation, "one", "two"))

    assert problems == ["no process could be started to read it in: No such file or directory"] * 2


def test_a_process_that_ends_before_its_first_document_did_not_come_up() -> None:
    with Isolation(python="/bin/false") as isolation:
        assert said(read(isolation, "one")) == ["no process to read it in came up"]


# ── what a child has and leaves ───────────────────────────────────────────────────────────────────────────


@NO_FORK
def test_a_child_inherits_nothing_but_its_end_of_the_pipe(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)
        with Isolation() as fresh:
            (one,) = read(fresh, "one")

    assert one.reading.info is not None
    modules, files, leads_its_group, ignores_interrupts = ast.literal_eval(one.reading.info.title)
    assert modules == []
    assert files[:3] == ["/dev/null"] * 3
    assert files[3:] == ["socket"]
    assert leads_its_group
    assert ignores_interrupts


def test_nothing_is_left_of_an_isolation() -> None:
    with Isolation() as isolation:
        (one,) = read(isolation, "one")

    assert not is_there(pid(one))


def test_leaving_while_a_document_hangs_ends_its_reader_at_once() -> None:
    async def give_up(isolation: Isolation) -> int:
        (one,) = await isolation.read(Hostile(), SOURCE, a_batch("one"), NOW)
        hanging = asyncio.create_task(isolation.read(Hostile(), SOURCE, a_batch("hang", "hang"), NOW))
        await asyncio.wait([hanging], timeout=0.1)
        return pid(one)

    with Isolation(deadline=600) as isolation:
        child = asyncio.run(give_up(isolation))

    assert not is_there(child)


def test_a_closed_isolation_reads_nothing() -> None:
    with Isolation() as isolation:
        pass

    with pytest.raises(RuntimeError, match="shutdown"):
        read(isolation, "one")


PARENT = """
import asyncio, sys
from aggregator.isolation import Isolation
from tests.hostile import Hostile
from tests.test_isolation import NOW, SOURCE, a_batch, pid

async def run(isolation):
    (one,) = await isolation.read(Hostile(), SOURCE, a_batch("one"), NOW)
    print(pid(one), flush=True)
    if "hang" in sys.argv:
        await isolation.read(Hostile(), SOURCE, a_batch("hang_in_c"), NOW)

with Isolation(deadline=600) as isolation:
    asyncio.run(run(isolation))
    print("left", flush=True)
    sys.stdin.read()
"""


@NO_FORK
@pytest.mark.parametrize("doing", ["hang", "nothing"])
def test_no_child_survives_its_parent(doing: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, doing], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()

    wait_for(child)


@pytest.mark.parametrize("how", ["file", "module", "input"])
def test_it_works_whatever_the_main_module_is(tmp_path: Path, how: str) -> None:
    script = tmp_path / "console-script"
    script.write_text("import sys\nsys.path.insert(0, sys.argv[1])\n" + PARENT, encoding="utf-8")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__main__.py").write_text(script.read_text("utf-8"), encoding="utf-8")
    main, entered = {
        "file": ([str(script)], ""),
        "module": (["-m", "package"], ""),
        "input": (["-"], script.read_text("utf-8")),
    }[how]

    done = subprocess.run(
        [sys.executable, *main, str(ROOT)],
        cwd=tmp_path,
        input=entered,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert done.stdout.splitlines()[1:] == ["left"]
    assert done.stderr == ""


def wait_for(process: int) -> None:
    """Until the process of this descriptor has ended; fails when it does not."""
    ended, _, _ = select.select([process], [], [], 10)
    os.close(process)

    assert ended


def is_there(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


# ── the child's side, here ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("body", "failed"), [("one", False), ("refuse", True), ("say_much", True)])
def test_a_child_serves_until_its_parent_is_gone(body: str, failed: bool) -> None:
    parent, child = Wire.pair()
    document = a_batch(body).documents[0]
    serving = Thread(target=serve, args=(child, 20.0))
    serving.start()
    parent.send(pack_errand(Errand(Hostile(), SOURCE, document, NOW)))
    answer = parent.receive(LARGEST)
    parent.close()
    serving.join()
    child.close()

    assert answer[:1] == READ
    assert unpack_read(answer[1:], SOURCE, document).failed is failed


def test_whole_gibibytes_are_told_as_such() -> None:
    with Isolation(memory=1 << 30) as isolation:
        assert said(read(isolation, "allocate")) == ["needed more than 1 GiB of memory to read"]
