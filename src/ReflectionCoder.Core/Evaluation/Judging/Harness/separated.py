"""Runs a solution and its tests in two processes, so that the solution can't write its own verdict.

Standard input holds sections, each a byte count on a line, then the bytes: the solution's source; the tests' setup; the tests; the names
the tests call; a secret. The solution's process is forked before all but the first are read. Tests, expected values and the secret
exist only in the other process, which writes a line: the secret, then `passed`, `failed` (and what the failed assert expected and got, as
JSON strings), or `undecided` and why the two processes can't behave as one would.
"""
import os
import sys

from rc_judge_candidate import run_candidate
from rc_judge_pipes import hide_memory, read_section
from rc_judge_proxies import Link
from rc_judge_tests import Report, TestPeer, run_tests


def forget_work_folder():
    """Imports nothing from where the solution can write."""
    here = os.getcwd()
    program = os.path.dirname(os.path.abspath(sys.argv[0] or "."))
    sys.path[:] = [path for path in sys.path if path and os.path.abspath(path) not in (here, program)]


def main():
    source = read_section()
    test_receiving, candidate_sending = os.pipe()
    candidate_receiving, test_sending = os.pipe()
    nowhere = os.open(os.devnull, os.O_RDWR)
    child = os.fork()
    if child == 0:
        for descriptor in (0, 1):
            os.dup2(nowhere, descriptor)
        for descriptor in (test_receiving, test_sending):
            os.close(descriptor)
        run_candidate(source, candidate_receiving, candidate_sending)
        os._exit(0)
    for descriptor in (candidate_sending, candidate_receiving):
        os.close(descriptor)
    hide_memory()
    forget_work_folder()
    setup, tests, entry_points, secret = [read_section() for _ in range(4)]
    verdict = os.dup(1)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    report = Report(verdict, secret, child)
    Link.guarded, Link.undecided = True, report.undecided
    Link.peer = peer = TestPeer(test_receiving, test_sending, report)
    try:
        run_tests(peer, setup, tests, entry_points.split())
    except BaseException as error:
        report.error(peer, error)
    report.passed()
