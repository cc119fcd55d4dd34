"""The lasting child: values, progress and refusals come through; its death is told and hurts nobody for long."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from printables.errors import PrintError
from server.child import CEILING, Child
from server.errors import DomainError

NOISY = "import os, sys; print('words on standard output'); os.write(1, b'\\x80\\x05.'); os.system('echo more')"
GREEDY = "import os, sys; left = sys.stdin.read() + sys.stdin.buffer.read().decode(); print(left)"


@pytest.fixture
def child() -> Iterator[Child]:
    started = Child()
    yield started
    started.close()


def pid(child: Child) -> int:
    return child.call("os:getpid")


def gone(process: int) -> bool:
    """Whether a process ends, watched for ten seconds."""
    try:
        return psutil.Process(process).wait(10) is None or True
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False


def test_it_stays_and_forgets_nothing_it_loaded(child: Child):
    first = pid(child)
    assert child.call("operator:add", 2, 3) == 5
    assert pid(child) == first != os.getpid()


def test_nothing_is_started_before_the_first_call():
    before = {process.pid for process in psutil.Process().children()}
    Child().close()
    assert {process.pid for process in psutil.Process().children()} == before


def test_what_libraries_print_or_read_does_not_reach_the_talk(child: Child):
    assert child.call("builtins:exec", NOISY) is None
    assert child.call("builtins:exec", GREEDY) is None
    assert child.call("operator:add", 2, 3) == 5


def test_a_refusal_comes_through_as_it_was(child: Child):
    with pytest.raises(PrintError) as refused:
        child.call("tests.server.test_child:refuse")
    assert (refused.value.code, refused.value.data) == ("font_lacks", {"name": "Ῥοδόπη", "letters": "Ῥ"})


def refuse() -> None:
    raise PrintError("font_lacks", name="Ῥοδόπη", letters="Ῥ")


def test_progress_is_repeated_here_in_order(child: Child):
    told: list[tuple[int, int]] = []
    assert child.call("tests.server.test_child:count", 3, progress=lambda *step: told.append(step)) == "done"
    assert told == [(1, 3), (2, 3), (3, 3)]


def count(total, progress):
    for done in range(total):
        progress(done + 1, total)
    return "done"


@pytest.mark.parametrize("target", ["builtins:open", "no.such:module", "operator:nothing", "threading:Lock"])
def test_a_fault_inside_is_told_without_its_text(child: Child, target: str, capfd):
    """The text of an exception may hold a name; of a file for instance."""
    with pytest.raises(DomainError) as refused:
        child.call(target, *(["/Иванова Мария.md"] if target == "builtins:open" else []))
    assert refused.value.code == "child_died" and refused.value.data == {}
    assert "Мария" not in capfd.readouterr().err
    assert child.call("operator:add", 2, 3) == 5


def test_memory_has_a_ceiling_and_the_child_survives_it(child: Child):
    first = pid(child)
    with pytest.raises(DomainError, match="child_died"):
        child.call("builtins:bytearray", CEILING + 2**20)
    assert pid(child) == first


def test_a_death_in_the_middle_is_told_and_another_begins(child: Child):
    first = pid(child)
    with pytest.raises(DomainError, match="child_died"):
        child.call("os:_exit", 9)
    second = pid(child)
    os.kill(second, signal.SIGKILL)
    assert gone(second)
    third = pid(child)
    assert len({first, second, third}) == 3


def test_what_cannot_be_sent_leaves_the_child_well(child: Child):
    with pytest.raises((TypeError, AttributeError)):
        child.call("operator:add", threading.Lock(), 1)
    assert child.call("operator:add", 2, 3) == 5


def test_a_caller_that_breaks_off_gets_no_answer_of_another_question(child: Child):
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        child.call("tests.server.test_child:count", 3, progress=stop)
    assert child.call("operator:add", 2, 3) == 5


def test_two_threads_at_once_get_their_own_answers(child: Child):
    answers: dict[int, list[int]] = {}

    def ask(number: int) -> None:
        answers[number] = [child.call("operator:mul", number, factor) for factor in range(50)]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: [number * factor for factor in range(50)] for number in range(1, 5)}


def test_closing_does_not_wait_for_the_work_at_hand(child: Child):
    pid(child)
    failures = []

    def wait() -> None:
        try:
            child.call("time:sleep", 600)
        except DomainError as error:
            failures.append(error.code)

    thread = threading.Thread(target=wait)
    thread.start()
    while not child._lock.locked():
        time.sleep(0.01)
    child.close()
    thread.join(10)
    assert not thread.is_alive() and failures == ["child_died"]


def test_closing_ends_a_child_that_a_call_starts_meanwhile(child: Child, monkeypatch):
    ready, begun, failures = child._ready, threading.Event(), []

    def late() -> "subprocess.Popen[bytes]":
        begun.set()
        time.sleep(0.3)  # closing looks for a child in the meantime and finds none
        return ready()

    def wait() -> None:
        try:
            child.call("time:sleep", 600)
        except DomainError as error:
            failures.append(error.code)

    monkeypatch.setattr(child, "_ready", late)
    thread = threading.Thread(target=wait)
    thread.start()
    begun.wait()
    child.close()
    thread.join(10)
    assert not thread.is_alive() and failures == ["child_died"]


@pytest.mark.parametrize("busy", [False, True])
def test_it_ends_when_its_parent_was_killed_even_at_work(busy: bool):
    program = (
        "from server.child import Child\n"
        "child = Child()\n"
        "print(child.call('os:getpid'), flush=True)\n"
        + ("child.call('time:sleep', 600)\n" if busy else "import time; time.sleep(600)\n")
    )  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        orphan = int(parent.stdout.readline())
        parent.kill()
    assert gone(orphan)


def test_ctrl_c_in_the_terminal_is_not_the_childs_to_answer(child: Child):
    assert os.getpgid(pid(child)) != os.getpgid(0)
