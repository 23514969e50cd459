"""Runs a candidate program and its tests in two processes, so that the candidate can't write its own verdict.

Standard input holds sections, each a byte count on a line, then the bytes: the candidate's source; the tests' setup; the tests;
the names the tests call; a secret. The candidate's process is forked before all but the first are read. It gets the arguments of
calls and gives back results; tests, expected values and the secret exist only in the other process, which prints the secret when
the tests have passed. Results come back as plain data, so that an object with an `__eq__` of its own proves nothing.
"""
import io
import os
import pickle
import struct
import sys

PLAIN = {
    "builtins": "NoneType bool int float complex str bytes bytearray list tuple set frozenset dict range slice ellipsis NotImplementedType",
    "collections": "deque OrderedDict Counter defaultdict",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "datetime": "date datetime time timedelta timezone",
    "_codecs": "encode",
    "numpy": "ndarray dtype",
    "numpy.core.multiarray": "_reconstruct scalar",
    "numpy._core.multiarray": "_reconstruct scalar",
}
PLAIN = {(module, name) for module, names in PLAIN.items() for name in names.split()}
BASES = (bool, int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict)


class Channel:
    """Length-prefixed pickles over two pipes."""

    def __init__(self, source, target, pickler, unpickler):
        self.source, self.target, self.pickler, self.unpickler = source, target, pickler, unpickler

    def send(self, message):
        buffer = io.BytesIO()
        self.pickler(buffer, protocol=4).dump(message)
        data = buffer.getbuffer()
        write_all(self.target, struct.pack("<Q", len(data)))
        write_all(self.target, data)

    def receive(self):
        size, = struct.unpack("<Q", read_exactly(self.source, 8))
        return self.unpickler(io.BytesIO(read_exactly(self.source, size))).load()


def write_all(descriptor, data):
    data = memoryview(data)
    while data:
        data = data[os.write(descriptor, data):]


def read_exactly(descriptor, size):
    parts = []
    while size:
        part = os.read(descriptor, min(size, 1 << 20))
        if not part:
            raise EOFError("the candidate's process has ended")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_section(descriptor):
    size = b""
    while not size.endswith(b"\n"):
        size += read_exactly(descriptor, 1)
    return read_exactly(descriptor, int(size)).decode()


# The candidate's side.

class Objects:
    """What the tests hold by number because it isn't plain data: functions, classes, their instances."""

    def __init__(self):
        self.by_number, self.numbers, self.plain_types = [], {}, {}

    def describe(self, value):
        """None for plain data; else what stands for the value in a pickle."""
        kind = type(value)
        if kind not in self.plain_types:
            self.plain_types[kind] = (kind.__module__, kind.__qualname__) in PLAIN or kind.__module__ == "numpy" and not callable(value)
        if self.plain_types[kind]:
            return None
        if callable(value) and (getattr(value, "__module__", None), getattr(value, "__qualname__", None)) in PLAIN:
            return None
        for base in BASES:
            if isinstance(value, base):
                return ("plain", base(value))
        if hasattr(value, "__next__") or kind.__name__ in ("dict_keys", "dict_values", "dict_items"):
            return ("iterator" if hasattr(value, "__next__") else kind.__name__, list(value))
        if id(value) not in self.numbers:
            self.numbers[id(value)] = len(self.by_number)
            self.by_number.append(value)
        return ("object", self.numbers[id(value)])


def serve(source, receiving, sending):
    objects = Objects()

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return objects.describe(value)

    class Unpickler(pickle.Unpickler):
        def persistent_load(self, number):
            return objects.by_number[number]

    channel = Channel(receiving, sending, Pickler, Unpickler)

    def answer(action):
        try:
            reply = (True, action())
        except BaseException as error:
            import traceback
            frames = error.__traceback__
            while frames is not None and frames.tb_frame.f_code.co_filename != "solution.py":
                frames = frames.tb_next
            text = "".join(traceback.format_exception(type(error), error, frames))
            reply = (False, (type(error).__name__, str(error), text))
        try:
            channel.send(reply)
        except Exception as error:
            channel.send((False, ("TypeError", "the result can't be handed over: " + str(error), "")))

    def load():
        import linecache
        linecache.cache["solution.py"] = (len(source), None, source.splitlines(True), "solution.py")
        names = {"__name__": "solution", "__builtins__": __builtins__}
        exec(compile(source, "solution.py", "exec"), names)
        modules = {name: value.__name__ for name, value in names.items() if type(value) is type(os)}
        hidden = [name for name, value in names.items() if name.startswith("__") or hasattr(value, "__next__")]
        return modules, {name: value for name, value in names.items() if name not in modules and name not in hidden}

    read_exactly(receiving, 1)
    answer(load)
    while True:
        try:
            number, attribute, arguments, keywords = channel.receive()
        except EOFError:
            return
        if attribute is None:
            answer(lambda: objects.by_number[number](*arguments, **keywords))
        else:
            answer(lambda: getattr(objects.by_number[number], attribute))


# The tests' side.

class Remote:
    """Something in the candidate's process: it can be called and its attributes read; it equals only itself."""

    def __init__(self, call, number):
        self.__dict__.update(_call=call, _number=number)

    def __call__(self, *arguments, **keywords):
        return self._call(self._number, None, arguments, keywords)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._call(self._number, name, (), {})


class CandidateEnded(Exception):
    pass


def make_caller(receiving, sending):
    remotes = {}

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return value._number if type(value) is Remote else None

    class Unpickler(pickle.Unpickler):
        def find_class(self, module, name):
            if (module, name) in PLAIN:
                return super().find_class(module, name)
            raise pickle.UnpicklingError(module + "." + name + " is no plain data")

        def persistent_load(self, described):
            kind, value = described
            if kind == "plain":
                return value
            if kind == "iterator":
                return iter(value)
            if kind == "object":
                return remotes.setdefault(value, Remote(call, value))
            if kind == "dict_keys":
                return dict.fromkeys(value).keys()
            return dict(value).items() if kind == "dict_items" else value

    channel = Channel(receiving, sending, Pickler, Unpickler)

    def receive():
        try:
            succeeded, value = channel.receive()
        except (EOFError, ConnectionError) as error:
            raise CandidateEnded from error
        if succeeded:
            return value
        name, message, text = value
        import builtins
        kind = getattr(builtins, str(name), None)
        kind = kind if isinstance(kind, type) and issubclass(kind, Exception) else Exception
        try:
            error = kind(message)
        except TypeError:
            error = Exception(message)
        error.candidate_traceback = str(text)
        raise error

    def call(number, attribute, arguments, keywords):
        try:
            channel.send((number, attribute, arguments, keywords))
        except ConnectionError as error:
            raise CandidateEnded from error
        return receive()

    return receive, call


def hide_memory():
    """Closes this process's memory and descriptors to others of the same user."""
    try:
        import ctypes
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass  # the kernel's own ptrace policy then decides


def run_tests(receive, setup, tests, entry_points):
    import builtins
    modules, exported = receive()
    names = {"__name__": "tests"}
    for name, value in exported.items():
        if name in entry_points or not hasattr(builtins, name):
            names[name] = value
    for name, module in modules.items():
        if module.partition(".")[0] in getattr(sys, "stdlib_module_names", ()) and not hasattr(builtins, name):
            __import__(module)
            names[name] = sys.modules[module]
    missing = [name for name in entry_points if name not in exported]
    if missing:
        raise NameError("name '" + missing[0] + "' is not defined")
    exec(compile(setup, "setup.py", "exec"), names)
    names.update((name, exported[name]) for name in entry_points)
    import linecache
    linecache.cache["tests.py"] = (len(tests), None, tests.splitlines(True), "tests.py")
    exec(compile(tests, "tests.py", "exec"), names)


def main():
    source = read_section(0)
    test_receiving, candidate_sending = os.pipe()
    candidate_receiving, test_sending = os.pipe()
    nowhere = os.open(os.devnull, os.O_RDWR)
    child = os.fork()
    if child == 0:
        os.dup2(nowhere, 0)
        os.dup2(nowhere, 1)
        os.close(test_receiving)
        os.close(test_sending)
        serve(source, candidate_receiving, candidate_sending)
        os._exit(0)
    os.close(candidate_sending)
    os.close(candidate_receiving)
    hide_memory()
    setup, tests, entry_points, secret = [read_section(0) for _ in range(4)]
    verdict = os.dup(1)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    write_all(test_sending, b"\n")
    receive, call = make_caller(test_receiving, test_sending)
    try:
        run_tests(receive, setup, tests, entry_points.split())
    except CandidateEnded:
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            import signal
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)
            os.kill(os.getpid(), os.WTERMSIG(status))
        sys.stderr.write("the candidate's process ended with code %d\n" % os.WEXITSTATUS(status))
        os._exit(1)
    except BaseException as error:
        text = getattr(error, "candidate_traceback", "")
        if not text:
            import traceback
            frames = error.__traceback__
            while frames is not None and frames.tb_frame.f_code.co_filename != "tests.py":
                frames = frames.tb_next
            text = "".join(traceback.format_exception(type(error), error, frames))
        sys.stderr.write(text)
        sys.stderr.flush()
        os._exit(1)
    write_all(verdict, (secret + "\n").encode())
    os._exit(0)


main()
