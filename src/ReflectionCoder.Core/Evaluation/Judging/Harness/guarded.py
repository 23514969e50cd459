"""Runs a candidate program and its tests in one process, and watches it from another.

Standard input holds sections, each a byte count on a line, then the bytes: the candidate's source; the tests' setup; the tests; the
names the tests call; a change as JSON, after `!` if it shall be made; a secret. This process is trusted and never runs the
candidate: it forks a child for that, sends it the code, and prints the secret with what it saw. The child is forked before
anything is read. So it never has the change and the secret, and of the tests only the code that it runs, in which a change looks
like any other expectation.

A process can't protect its own memory, so a candidate that has read this can claim that all tests passed. What it can't do is to
claim that only where the tests are the true ones: see controls.py and GuardedJudge.
"""
import json
import marshal
import os
import signal
import sys
import types

DEEP = 10000  # the recursion limit for the tests' syntax tree


class Child:
    """A process that runs one candidate with its tests."""

    def __init__(self):
        receiving, self.sending = os.pipe()
        self.receiving, sending = os.pipe()
        self.process = os.fork()
        if self.process:
            os.close(receiving)
            os.close(sending)
            return
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        for descriptor in (self.sending, self.receiving, nowhere):
            os.close(descriptor)
        os.setsid()  # so that the whole group can be killed
        run_child(receiving, sending)

    def run(self, *task):
        """Sends the code, and waits for the end: what failed, or that nothing did."""
        data = marshal.dumps(task)
        try:
            write_all(self.sending, len(data).to_bytes(8, "little"))
            write_all(self.sending, data)
            report = self.hear()
        except (EOFError, ConnectionError):
            report = None
        return self.finish(report)

    def hear(self):
        kind = read_exactly(self.receiving, 1)
        if kind == b"F":
            report = json.loads(read_exactly(self.receiving, int.from_bytes(read_exactly(self.receiving, 4), "little")))
            return {name: report[name] for name in ("type", "assertion", "lines", "count", "text")}
        token = os.urandom(16)  # exists only now that the child says that it has reached the end
        write_all(self.sending, token)
        if kind != b"D" or read_exactly(self.receiving, 16) != token:
            return {"type": "RuntimeError", "text": "The program wrote into the pipe of the tests.\n"}
        return {"passed": True}

    def finish(self, report):
        """Ends the child and what it left, and looks whether it ended as it should."""
        if report and not report.get("passed"):
            os.kill(self.process, signal.SIGKILL)
        status = os.waitpid(self.process, 0)[1]
        try:
            os.killpg(self.process, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        os.set_blocking(self.receiving, False)
        try:
            more = os.read(self.receiving, 1)
        except BlockingIOError:
            more = b""
        os.close(self.receiving)
        os.close(self.sending)
        if report is None:
            return {"status": status, "text": "The program ended the process before its tests had ended.\n"}
        if report.get("passed") and (status != 0 or more):
            return {"type": "RuntimeError", "text": "The program didn't end with its tests.\n"}
        return report


def run_child(receiving, sending, exit=os._exit, getpid=os.getpid):
    """Runs the candidate and the tests as one program, and never returns."""
    sys.setrecursionlimit(1000)
    process = getpid()
    tell, ask = write_all, read_exactly
    try:
        failed = execute(*marshal.loads(read_exactly(receiving, int.from_bytes(read_exactly(receiving, 8), "little"))))
        if getpid() != process:
            exit(0)  # a copy that the candidate has made of itself
        if failed is None:
            tell(sending, b"D")
            tell(sending, ask(receiving, 16))
        else:
            tell(sending, b"F" + len(failed).to_bytes(4, "little") + failed)
    finally:
        exit(0)


def execute(code, setup, tests, entry_points, kept):
    """None if all tests pass, else the report on what failed."""
    import itertools
    import linecache
    import traceback
    describe, dumps = traceback.TracebackException, json.dumps
    module = types.ModuleType("solution")
    sys.modules["solution"] = sys.modules["__main__"] = module  # where pickle and mock.patch look for its names
    names = module.__dict__
    steps = itertools.count()
    for file_name, source in (("solution.py", code), ("setup.py", setup)):
        linecache.cache[file_name] = (len(source), None, source.splitlines(True), file_name)
    try:
        exec(compile(setup, "setup.py", "exec", dont_inherit=True), names)
        helpers = {KEPT + name: names[name] for name in kept}
        for name in entry_points:
            names.pop(name, None)
        exec(compile(code, "solution.py", "exec", dont_inherit=True), names)
        for name in entry_points:
            if name not in names:
                raise NameError("name '" + name + "' is not defined")
        names.update(helpers)
        names[STEP] = steps.__next__
        exec(marshal.loads(tests), names)
        return None
    except BaseException as error:
        return report_on(error, next(steps), describe, dumps)


def report_on(error, count, describe, dumps):
    lines, frame = [], error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == FILE:
            lines.append(frame.tb_lineno)
        frame = frame.tb_next
    try:
        text = "".join(describe(type(error), error, error.__traceback__.tb_next).format())
    except BaseException:
        text = type(error).__name__ + "\n"
    assertion = AssertionError in type(error).__mro__
    return dumps({"type": type(error).__name__, "assertion": assertion, "lines": lines, "count": count, "text": text[-20000:]}).encode()


def path(report, change):
    """The lines of the tests' frames down to the changed assertion; None if it isn't among them."""
    first, last = change["lines"]
    lines = report.get("lines", [])
    depth = next((depth for depth, line in enumerate(lines, 1) if first <= line <= last), None)
    return lines[:depth] if depth else None


def failed_there(report, change):
    """
    Whether a run failed in the changed assertion, by an assertion, on the reference solution's way to it, and in the same turn of a
    loop. A candidate can report whatever it likes, so no report may fit two assertions.
    """
    found = path(report, change)
    return (
        found is not None
        and (found == change["path"] if change["path"] else len(found) == len(report["lines"]) <= 10)
        and (report["assertion"] if change["type"] is None else report["type"] == change["type"])
        and change["count"] in (None, report["count"])
    )


def quote(text, tests):
    """Adds the tests' lines to a traceback: the child has their code only."""
    quoted, source = [], tests.splitlines()
    for line in text.splitlines():
        quoted.append(line)
        start = '  File "' + FILE + '", line '
        number = line[len(start):].partition(",")[0] if line.startswith(start) else ""
        if number.isdigit() and int(number) <= len(source):
            quoted.append("    " + source[int(number) - 1].strip()[:300])
    return "".join(line + "\n" for line in quoted)
