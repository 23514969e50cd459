"""Calls a candidate's function with many inputs in one process, and judges what it gives back in another.

Standard input holds sections, each a byte count on a line, then the bytes: the candidate's source; what is to be done, as JSON;
the inputs of each part. A process for each part is forked before all but the first are read. It gets the inputs and gives back lines of
text (values.py). Expected values, rules and the secret exist only in the other process, which measures the
candidate's processor time, compares, and prints a line for each part: a JSON object that holds the secret.

With the task `reference` there is no candidate: the source is trusted, and what is printed are its outputs, for later runs.
"""
import base64
import json
import os
import select
import signal
import sys
import time
import zlib

SHOWN = 300  # characters of a value or message in a verdict
PAUSE = 0.002  # seconds of work after which a candidate hands over what it has


def send_section(descriptor, text):
    data = text.encode()
    write_all(descriptor, b"%d\n" % len(data))
    write_all(descriptor, data)


# ---- What a task's inputs are made of. JSON has no tuples, sets and complex numbers.

def as_tuples(value):
    return [tuple(item) for item in value]


def deep_tuples(value):
    return tuple(deep_tuples(item) for item in value) if isinstance(value, list) else value


FORMS = {
    "as-is": lambda value: value,
    "float": float,
    "complex": complex,
    "tuple": tuple,
    "tuples": as_tuples,
    "tuple-of-tuples": lambda value: tuple(as_tuples(value)),
    "tuple-of-lists-as-tuples": lambda value: tuple(tuple(item) if isinstance(item, list) else item for item in value),
    "deep-tuples": deep_tuples,
    "sets": lambda value: [set(item) if isinstance(item, list) and item else {} for item in value],
    "dict-of-tuples": lambda value: {key: tuple(item) for key, item in value.items()},
}


def form_arguments(arguments, forms):
    """Applies a form to each argument; the last form also holds for all that follow."""
    if forms == ["as-is"]:
        return arguments
    return [FORMS[forms[min(index, len(forms) - 1)]](value) for index, value in enumerate(arguments)]


def read_inputs(text, task, index=None):
    """The lists of arguments of a part, or one of them."""
    inputs = json.loads(text)
    if index is not None:
        return read_input(inputs[index], task)
    return [read_input(given, task) for given in inputs]


def read_input(given, task):
    return [json.loads(line) for line in given.split("\n")] if task["lines"] else form_arguments(given, task["forms"])


def allow_long_numbers(task):
    """LiveCodeBench lets int and str convert numbers of up to so many digits."""
    if task["oracle"] == "call" and hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(50000)


def load_function(source, task):
    """Runs a source and finds its function."""
    names = {}
    exec(compile(source, "solution.py", "exec", dont_inherit=True), names)
    if task["method"] and "class Solution" in source:
        return getattr(names["Solution"](), task["entry"])
    return names[task["entry"]]


# ---- The trusted solution.

def run_reference(source, task, parts):
    """Prints the lines of the reference solution's outputs, which inputs take long, and where floats begin."""
    answer = []
    make = Lines(task["oracle"] == "set")
    for text in parts:
        function = load_function(source, task)
        lines, slow, first_floats = [], {}, None
        for index, arguments in enumerate(read_inputs(text, task)):
            started = time.process_time()
            output = function(*arguments)
            seconds = time.process_time() - started
            if seconds * task["factor"] > task["seconds"]:
                slow[str(index)] = seconds
            if task["oracle"] == "not-none":
                output = output is not None
            if first_floats is None and is_floats(output):
                first_floats = index
            line = make.of(output)
            lines.append(line if line[:1] == b"V" or equals_itself(output) else b"H")
        answer.append({"lines": [line.decode("utf-8", "surrogatepass") for line in lines], "slow": slow, "floats": first_floats})
    return base64.b64encode(zlib.compress(json.dumps(answer).encode(), 1)).decode()


# ---- The candidate's process.

class Mouth:
    """Hands over lines: V and H are values, E an error; L says that the source is loaded, R that a long value follows."""

    def __init__(self, receiving, sending, task):
        self.receiving, self.sending = receiving, sending
        self.lines = Lines(task["oracle"] == "set")
        self.call = task["oracle"] == "call"
        self.pending, self.handed_over = [], time.perf_counter()

    def say(self, output):
        if self.call and isinstance(output, tuple):
            output = list(output)  # expected values, which are written in JSON, know only lists
        line = self.lines.of(output, self.announce)
        self.pending.append(line)
        if line[:1] == b"H":
            self.flush()
            if read_exactly(self.receiving, 1) == b"!":
                self.flush(self.lines.short(output))
        elif time.perf_counter() - self.handed_over > PAUSE:
            self.flush()

    def announce(self):
        self.flush(b"R")

    def flush(self, *more):
        write_all(self.sending, b"".join(line + b"\n" for line in (*self.pending, *more)))
        self.pending.clear()
        self.handed_over = time.perf_counter()


def serve_candidate(source, receiving, sending):
    """Waits for its part, then runs it."""
    try:
        task = json.loads(read_section(receiving))
        inputs = read_section(receiving)
    except EOFError:
        return  # the part isn't needed
    allow_long_numbers(task)
    mouth = Mouth(receiving, sending, task)
    try:
        inputs = read_inputs(inputs, task)
        function = load_function(source, task)
        mouth.flush(b"L")
        for arguments in inputs:
            mouth.say(function(*arguments))
        mouth.flush()
    except BaseException as error:
        mouth.flush(b"E" + json.dumps(describe_error(error, source)).encode())


def describe_error(error, source):
    """The error's kind, the name of the module that was missing, and the traceback from the candidate's first frame on."""
    import linecache
    import traceback
    linecache.cache["solution.py"] = (len(source), None, source.splitlines(True), "solution.py")
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != "solution.py":
        frames = frames.tb_next
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    text = "".join(traceback.format_exception(type(error), error, frames, limit=-20))
    return [type(error).__name__, str(missing), text[-8000:]]


class Candidate:
    """A forked process that runs one part, and what its judge knows of it."""

    def __init__(self, source, others):
        receiving, sending = os.pipe()
        self.receiving, child_sending = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            become_candidate(others, (sending, self.receiving))
            serve_candidate(source, receiving, child_sending)
            os._exit(0)
        self.sending = sending
        os.close(receiving)
        os.close(child_sending)
        self.clock = ~self.pid << 3 | 2  # the kernel's number for the processor time of that process

    def seconds(self):
        """Processor time until now."""
        return time.clock_gettime(self.clock)

    def waited(self):
        """Time in which it could have run, but the machine had other things to do."""
        try:
            with open("/proc/%d/schedstat" % self.pid) as file:
                return int(file.read().split()[1]) / 1e9
        except (OSError, ValueError, IndexError):
            return 0.0

    def stop(self):
        """Ends the process if it still runs; its status."""
        os.kill(self.pid, signal.SIGKILL)
        return os.waitpid(self.pid, 0)[1]


def become_candidate(others, ends):
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    for other in others:
        os.close(other.receiving)
        os.close(other.sending)
    for descriptor in ends:
        os.close(descriptor)


# ---- The judge's process.

class Failure(Exception):
    """A part isn't passed: how it ended, which input it was, what went wrong, and the output if there is one."""

    def __init__(self, outcome, index, message="", output=None):
        self.outcome, self.index, self.message, self.output = outcome, index, message, output


class Part:
    """A part of the inputs, with what is expected of it."""

    def __init__(self, candidate, task, text, expected):
        self.candidate, self.task, self.text = candidate, task, text
        self.lines = [line.encode("utf-8", "surrogatepass") for line in expected["lines"]]
        self.limits = [max(task["seconds"], task["factor"] * expected["slow"].get(str(index), 0)) for index in range(len(self.lines))]
        self.comparison = Comparison(task, self.input, self.lines, expected["floats"])
        self.poll = select.poll()
        self.poll.register(candidate.receiving, select.POLLIN)
        self.index, self.rest = -1, b""  # -1: the source isn't loaded yet
        self.left = self.idle_left = min(task["total"], sum(self.limits)) + 2  # of processor time, and of sleep, for all inputs
        self.long_left = task["total"]  # of processor time, to hand over long outputs
        self.used, self.long = 0.0, False

    def input(self, index):
        """The arguments as they were given. A candidate may change its own."""
        return read_inputs(self.text, self.task, index)

    def expected(self, index):
        line = self.lines[index]
        if line[:1] == b"V":
            return from_line(line)
        if self.task["answers"] is not None:
            return self.task["answers"][index]
        return load_function(self.task["reference"], self.task)(*self.input(index))

    def run(self):
        """Runs the part to its end. Raises a Failure at the first input that isn't right."""
        send_section(self.candidate.sending, json.dumps(self.task["shared"]))
        send_section(self.candidate.sending, self.text)
        while self.index < len(self.lines):
            for line in self.receive():
                self.hear(line)
                if self.index == len(self.lines):
                    break

    def receive(self):
        """The lines that come next, at least one."""
        while True:
            data = self.wait()
            now = self.candidate.seconds()
            if self.long:
                self.long_left -= now - self.used
            else:
                self.left -= now - self.used
            self.used = now
            if not data:
                raise ended(self.candidate, self.index)
            *lines, self.rest = (self.rest + data).split(b"\n")
            if lines:
                return lines

    def hear(self, line):
        kind = line[:1]
        if kind == b"E" or (kind == b"L") != (self.index < 0):
            raise error_of(line[1:], self.index)
        if kind == b"R":
            self.long = True
            return
        if kind != b"L" and not self.comparison.is_plainly_right(self.index, line):
            if kind == b"H":
                self.long = True
                write_all(self.candidate.sending, b"!")
                line, = self.receive()
            self.compare(line)
        elif kind == b"H":
            write_all(self.candidate.sending, b".")
        self.long = False
        self.index += 1

    def compare(self, line):
        try:
            output = from_line(line)
        except Malformed:
            raise error_of(line, self.index) from None
        if not self.comparison.is_right(self.index, output, self.expected(self.index)):
            raise Failure("failed", self.index, "The output is wrong.", output)

    def moments(self):
        """Wall-clock time without that in which the candidate ran or waited for a processor; it goes on while the candidate sleeps."""
        return time.monotonic() - self.candidate.seconds() - self.candidate.waited()

    def wait(self):
        """What comes next from the candidate; empty at the end. Its processor time counts, so other load doesn't matter."""
        if self.poll.poll(0):
            return os.read(self.candidate.receiving, 1 << 18)
        limit = self.long_left if self.long else min(self.left, self.limits[self.index]) if self.index >= 0 else self.left
        what = "An input" if self.index >= 0 else "Loading the solution"
        started = self.moments()
        longest = min(self.idle_left, 3 * limit + 5)  # for a candidate that sleeps
        pause = 0
        while not self.poll.poll(pause):
            left = limit - (self.candidate.seconds() - self.used)
            if left <= 0:
                raise Failure("cpu", self.index, "%s took more than %.3g s of processor time." % (what, limit))
            if self.moments() - started > longest:
                raise Failure("wall", self.index, "%s waited for more than %.3g s." % (what, longest))
            pause = max(5, 1000 * min(left, 0.25))
        if pause > 5:
            self.idle_left -= max(0.0, self.moments() - started)
        return os.read(self.candidate.receiving, 1 << 18)


def ended(candidate, index):
    """A candidate has closed its end of the pipe, which it should do only when it ends."""
    deadline = time.monotonic() + 1
    pid, status = 0, 0
    while not pid and time.monotonic() < deadline:
        pid, status = os.waitpid(candidate.pid, os.WNOHANG)
        if not pid:
            time.sleep(0.001)
    if not pid:
        return Failure("failed", index, "The solution ended its output.")
    candidate.pid = None
    if os.WIFSIGNALED(status):
        return Failure("crashed", index, "Signal %d ended the solution." % os.WTERMSIG(status))
    return Failure("failed", index, "The solution ended the process with code %d." % os.WEXITSTATUS(status))


def error_of(line, index):
    """The failure that a candidate tells of."""
    try:
        kind, missing, message = json.loads(line)
        if kind == "ModuleNotFoundError" and missing == "numpy" and not has_numpy():
            raise NumpyMissing
        return Failure("failed", index, str(message))
    except (ValueError, TypeError):
        return Failure("failed", index, "The solution spoke out of turn.")


def has_numpy():
    try:
        import numpy
        return numpy is not None
    except ImportError:
        return False


def shorten(value):
    try:
        text = repr(value)
    except Exception:
        text = "<" + type(value).__name__ + ">"
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def report(verdict, secret, number, part=None, failure=None):
    answer = {"secret": secret, "part": number, "outcome": failure.outcome if failure else "passed"}
    if failure:
        answer["message"] = failure.message
        if failure.index >= 0:
            answer["input"] = shorten(part.input(failure.index))
            answer["expected"] = shorten(part.expected(failure.index))
        if failure.output is not None or failure.message == "The output is wrong.":
            answer["actual"] = shorten(failure.output)
    write_all(verdict, (json.dumps(answer) + "\n").encode())


def main():
    count = int(read_section())
    source = read_section()
    candidates = []
    for _ in range(count):
        candidates.append(Candidate(source, candidates))
    if candidates:
        hide_memory()
    task = json.loads(read_section())
    parts = [read_section() for _ in range(task["parts"])]
    verdict = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    if not candidates:
        try:
            answer = run_reference(source, task, parts)
        except ModuleNotFoundError as error:
            if error.name != "numpy":
                raise
            answer = "numpy"
        write_all(verdict, (answer + "\n").encode())
        os._exit(0)
    secret = task["secret"]
    if task["answers"] is None:
        expected = json.loads(zlib.decompress(base64.b64decode(task["expected"])))
    else:
        allow_long_numbers(task)
        answers = [json.loads(answer) for answer in json.loads(task["answers"])]
        task["answers"] = answers
        make = Lines()
        expected = [{"lines": [make.of(answer).decode("utf-8", "surrogatepass") for answer in answers], "slow": {}, "floats": None}]
    task["shared"] = {name: task[name] for name in ("entry", "method", "lines", "forms", "oracle")}
    for number, candidate in enumerate(candidates):
        part = Part(candidate, task, parts[number], expected[number])
        try:
            part.run()
        except NumpyMissing:
            report(verdict, secret, number, part, Failure("numpy", -1))
            break
        except Failure as failure:
            report(verdict, secret, number, part, failure)
            break
        report(verdict, secret, number)
    for candidate in candidates:
        if candidate.pid:
            candidate.stop()
    os._exit(0)
