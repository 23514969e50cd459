"""Stands in for the benchmarks' own harnesses, which can't be shipped: our own code, of the same shape, and as unprotected.

    stand_in.py tests WORK      a manager and a forked process for each task, an alarm of 3 s, two threads
    stand_in.py inputs WORK     a pool of two processes, a forked process for each part, an alarm for each input

WORK holds a JSON object for each task: its `id` and `program`, and either `test` or what is to be called with what. Expected outputs are
computed before anything is timed. Then, for each line of standard input, all tasks are judged once, and a line is printed:
how long that took, and which tasks passed.
"""
import concurrent.futures
import contextlib
import copy
import io
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time

import numpy

WORKERS = 2


class TimedOut(Exception):
    pass


class Silent(io.StringIO):
    def read(self, *_):
        raise OSError

    readline = readlines = read

    def readable(self, *_):
        return False


class redirect_input(contextlib._RedirectStream):
    _stream = "stdin"


@contextlib.contextmanager
def silence():
    stream = Silent()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream), redirect_input(stream):
        yield


@contextlib.contextmanager
def alarm(seconds):
    def ring(*_):
        raise TimedOut

    signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.signal(signal.SIGALRM, ring)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextlib.contextmanager
def temporary_folder():
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def disarm():
    """Takes away what would do the most harm, as the harnesses do."""
    import builtins
    import subprocess
    builtins.exit = builtins.quit = None
    for name in ("kill", "system", "remove", "fork", "rename", "unlink", "chmod", "chown", "chroot", "killpg", "truncate"):
        setattr(os, name, None)
    subprocess.Popen = None


# ---- HumanEval

def execute_tests(program, seconds, result):
    with temporary_folder():
        kept = os.rmdir, os.unlink, os.chdir, shutil.rmtree
        disarm()
        try:
            with silence(), alarm(seconds):
                exec(program, {})
            result.append("passed")
        except TimedOut:
            result.append("timed out")
        except BaseException as error:
            result.append("failed: %s" % error)
        os.rmdir, os.unlink, os.chdir, shutil.rmtree = kept


def check_tests(task):
    manager = multiprocessing.Manager()
    result = manager.list()
    process = multiprocessing.Process(target=execute_tests, args=(task["program"] + "\n" + task["test"], 3.0, result))
    process.start()
    process.join(timeout=4.0)
    if process.is_alive():
        process.kill()
    return task["id"], list(result) == ["passed"]


def judge_tests(work):
    with concurrent.futures.ThreadPoolExecutor(max_workers=WORKERS) as pool:
        futures = [pool.submit(check_tests, task) for task in work]
        return [future.result() for future in concurrent.futures.as_completed(futures)]


# ---- HumanEval+ and MBPP+

def deep_tuples(value):
    return tuple(deep_tuples(item) for item in value) if isinstance(value, list) else value


FORMS = {
    "FloatingPoint": float,
    "Complex": complex,
    "Tuple": tuple,
    "Tuples": lambda value: [tuple(item) for item in value],
    "TupleOfTuples": lambda value: tuple(tuple(item) for item in value),
    "TupleOfListsAsTuples": lambda value: tuple(tuple(item) if isinstance(item, list) else item for item in value),
    "DeepTuples": deep_tuples,
    "Sets": lambda value: [set(item) if isinstance(item, list) and item else {} for item in value],
    "DictionaryOfTuples": lambda value: {key: tuple(item) for key, item in value.items()},
}


def prepare(task):
    """Reads the inputs and computes what is expected."""
    forms = task["forms"]
    for part in ("base", "plus"):
        task[part] = [
            [FORMS.get(forms[min(index, len(forms) - 1)], lambda value: value)(value) for index, value in enumerate(arguments)]
            for arguments in json.loads(task[part])
        ]
    expected = {}
    for part in ("base", "plus"):
        names = {}
        exec(task["reference"], names)
        outputs, seconds = [], []
        for arguments in task[part]:
            arguments = copy.deepcopy(arguments)
            started = time.time()
            outputs.append(names[task["entry"]](*arguments))
            seconds.append(time.time() - started)
        if task["oracle"] == "NotNone":
            outputs = [output is not None for output in outputs]
        expected[part] = outputs, seconds
    return expected


def is_right(oracle, arguments, output, expected, atol):
    right = output == expected
    if oracle == "Anything":
        right = True
    elif oracle == "SameElements":
        right = set(output) == set(expected)
    elif oracle == "NotNone":
        right = right if isinstance(output, bool) else expected == (output is not None)
    elif oracle == "EqualOrZero":
        right = right or output == 0
    if not right and atol != 0:
        right = type(output) is type(expected) and bool(numpy.allclose(output, expected, rtol=1e-7, atol=atol))
    return right


def is_floats(value):
    return isinstance(value, float) or isinstance(value, (list, tuple)) and bool(value) and all(isinstance(item, float) for item in value)


def execute_part(program, entry_point, oracle, inputs, expected, limits, atol, state, details, progress):
    with temporary_folder():
        kept = os.rmdir, os.unlink, os.chdir, shutil.rmtree
        disarm()
        names = {}
        try:
            with silence():
                exec(program, names)
                function = names[entry_point]
            for index, arguments in enumerate(inputs):
                try:
                    with alarm(limits[index]):
                        with silence():
                            output = function(*arguments)
                    if atol == 0 and is_floats(expected[index]):
                        atol = 1e-6
                    if oracle == "Root":
                        right = abs(sum(c * output ** power for power, c in enumerate(arguments[0]))) <= atol
                    else:
                        right = is_right(oracle, arguments, output, expected[index], atol)
                    assert right
                except BaseException:
                    details[index] = False
                    progress.value += 1
                    raise
                details[index] = True
                progress.value += 1
            state.value = 0
        except BaseException:
            state.value = 1
        os.rmdir, os.unlink, os.chdir, shutil.rmtree = kept


def check_part(task, part, expected):
    inputs = task[part]
    outputs, seconds = expected[part]
    limits = [max(4.0, 4.0 * second) for second in seconds]
    progress, state = multiprocessing.Value("i", 0), multiprocessing.Value("i", 3)
    details = multiprocessing.Array("b", [False] * len(inputs))
    process = multiprocessing.Process(
        target=execute_part,
        args=(task["program"], task["entry"], task["oracle"], inputs, outputs, limits, task["atol"], state, details, progress),
    )
    process.start()
    process.join(timeout=min(60, sum(limits)) + 2)
    if process.is_alive():
        process.kill()
    return state.value == 0 and all(details[:progress.value]) and progress.value == len(inputs)


def check_inputs(task, expected):
    results = [check_part(task, part, expected) for part in ("base", "plus")]
    return task["id"], all(results)


def judge_inputs(work):
    with concurrent.futures.ProcessPoolExecutor(max_workers=WORKERS) as pool:
        futures = [pool.submit(check_inputs, {**task, "expected": None}, task["expected"]) for task in work]
        return [future.result() for future in concurrent.futures.as_completed(futures)]


def main():
    kind, path = sys.argv[1:]
    with open(path) as file:
        work = [json.loads(line) for line in file]
    judge = judge_tests
    if kind == "inputs":
        judge = judge_inputs
        for task in work:
            task["expected"] = prepare(task)
    answers = os.fdopen(os.dup(1), "w")
    for _ in sys.stdin:
        started = time.perf_counter()
        results = judge(work)
        seconds = time.perf_counter() - started
        answers.write(json.dumps({"seconds": seconds, "passed": sorted(task for task, passed in results if passed)}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
