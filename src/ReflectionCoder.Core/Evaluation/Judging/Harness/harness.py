"""Runs a candidate program and its tests in two processes, so that the candidate can't write its own verdict.

Standard input holds sections, each a byte count on a line, then the bytes: the candidate's source; the tests' setup; the tests;
the names the tests call; a secret. The candidate's process is forked before all but the first are read. It gets the arguments of
calls and gives back results; tests, expected values and the secret exist only in the other process, which prints the secret when
the tests have passed. Values cross over as plain data, so that an object with an `__eq__` of its own proves nothing; what isn't
plain data (functions, classes, their instances) stays where it is and the other process gets a stand-in.
"""
import io
import os
import sys

try:
    import _pickle as pickle  # without the text tools that the whole module loads
except ImportError:
    import pickle

PLAIN = {
    "builtins": "NoneType bool int float complex str bytes bytearray list tuple set frozenset dict range slice ellipsis Ellipsis NotImplementedType NotImplemented",
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
SOURCES = {}  # what has been run, by file name, for tracebacks
BASES = (bool, int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict)


class PeerEnded(Exception):
    pass


class Remote:
    """Stands for something in the other process: it can be called and its attributes read; it equals only itself."""

    def __init__(self, peer, number):
        self.__dict__.update(_peer=peer, _number=number)

    def __call__(self, *arguments, **keywords):
        return self._peer.request(self._number, None, arguments, keywords)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._peer.request(self._number, name, (), {})


class Peer:
    """One end of the two pipes between the processes: asks for calls, and answers those that come meanwhile."""

    def __init__(self, receiving, sending, file_name, gives_attributes):
        self.receiving, self.sending, self.file_name, self.gives_attributes = receiving, sending, file_name, gives_attributes
        self.objects, self.numbers, self.plain_types, self.remotes = [], {}, {}, {}
        peer = self

        class Pickler(pickle.Pickler):
            def persistent_id(self, value):
                return peer.describe(value)

        class Unpickler(pickle.Unpickler):
            def find_class(self, module, name):
                if (module, name) in PLAIN:
                    return super().find_class(module, name)
                raise pickle.UnpicklingError(module + "." + name + " is no plain data")

            def persistent_load(self, described):
                return peer.restore(*described)

        self.pickler, self.unpickler = Pickler, Unpickler

    def describe(self, value):
        """None for plain data; else what stands for the value in a message."""
        kind = type(value)
        if kind is Remote:
            return ("yours", value._number)
        if kind not in self.plain_types:
            self.plain_types[kind] = (kind.__module__, kind.__qualname__) in PLAIN or kind.__module__ == "numpy" and not callable(value)
        if self.plain_types[kind]:
            return None
        if callable(value) and (getattr(value, "__module__", None), getattr(value, "__qualname__", None)) in PLAIN:
            return None
        for base in BASES:
            if isinstance(value, base):
                return ("plain", base(value))
        if hasattr(kind, "__next__"):
            return ("iterator", list(value))
        if kind.__module__ == "builtins" and kind.__name__ in ("dict_keys", "dict_values", "dict_items"):
            return (kind.__name__, list(value))
        if id(value) not in self.numbers:
            self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        return ("mine", self.numbers[id(value)])

    def restore(self, kind, value):
        if kind == "yours":
            return self.objects[value]
        if kind == "mine":
            return self.remotes.setdefault(value, Remote(self, value))
        if kind == "iterator":
            return iter(value)
        if kind == "dict_keys":
            return dict.fromkeys(value).keys()
        return dict(value).items() if kind == "dict_items" else value

    def send(self, *message):
        buffer = io.BytesIO()
        self.pickler(buffer, 4).dump(message)
        data = buffer.getbuffer()
        try:
            write_all(self.sending, len(data).to_bytes(8, "little"))
            write_all(self.sending, data)
        except ConnectionError as error:
            raise PeerEnded from error

    def receive(self):
        try:
            size = int.from_bytes(read_exactly(self.receiving, 8), "little")
            data = read_exactly(self.receiving, size)
        except EOFError as error:
            raise PeerEnded from error
        return self.unpickler(io.BytesIO(data)).load()

    def request(self, number, attribute, arguments, keywords):
        self.send("call", number, attribute, arguments, keywords)
        return self.wait()

    def wait(self):
        """The next reply; calls that come before it are answered."""
        while True:
            kind, *content = self.receive()
            if kind == "call":
                self.answer(self.act, *content)
                continue
            succeeded, value = content
            if succeeded:
                return value
            raise rebuild_error(*value)

    def act(self, number, attribute, arguments, keywords):
        if attribute is None:
            return self.objects[number](*arguments, **keywords)
        if not self.gives_attributes:
            raise AttributeError(attribute)
        return getattr(self.objects[number], attribute)

    def answer(self, action, *arguments):
        try:
            reply = (True, action(*arguments))
        except PeerEnded:
            raise
        except BaseException as error:
            reply = (False, (type(error).__name__, str(error), format_error(error, self.file_name)))
        try:
            self.send("reply", *reply)
        except PeerEnded:
            raise
        except Exception as error:
            self.send("reply", False, ("TypeError", "the result can't be handed over: " + str(error), ""))


def rebuild_error(name, message, text):
    import builtins
    kind = getattr(builtins, str(name), None)
    try:
        error = kind(message) if isinstance(kind, type) and issubclass(kind, Exception) else Exception(message)
    except TypeError:
        error = Exception(message)
    error.remote_traceback = str(text)
    return error


def format_error(error, file_name):
    """The traceback, from the frames of the named file on."""
    import linecache
    import traceback
    for name, source in SOURCES.items():
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != file_name:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))


def run_source(source, file_name, names):
    SOURCES[file_name] = source
    exec(compile(source, file_name, "exec"), names)


def write_all(descriptor, data):
    data = memoryview(data)
    while data:
        data = data[os.write(descriptor, data):]


def read_exactly(descriptor, size):
    parts = []
    while size:
        part = os.read(descriptor, min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_section(descriptor):
    size = b""
    while not size.endswith(b"\n"):
        size += read_exactly(descriptor, 1)
    return read_exactly(descriptor, int(size)).decode()


def run_candidate(source, receiving, sending):
    peer = Peer(receiving, sending, "solution.py", gives_attributes=True)

    def load():
        names = {"__name__": "solution", "__builtins__": __builtins__}
        run_source(source, "solution.py", names)
        modules = {name: value.__name__ for name, value in names.items() if type(value) is type(os)}
        hidden = [name for name, value in names.items() if name.startswith("__") or hasattr(value, "__next__")]
        return modules, {name: value for name, value in names.items() if name not in modules and name not in hidden}

    read_exactly(receiving, 1)
    peer.answer(load)
    try:
        peer.wait()
    except PeerEnded:
        pass


def run_tests(peer, setup, tests, entry_points):
    import builtins
    modules, exported = peer.wait()
    # A candidate's own `all` or `len` must not be what the tests use, unless that is what was asked for.
    names = {name: value for name, value in exported.items() if name in entry_points or not hasattr(builtins, name)}
    names["__name__"] = "tests"
    for name, module in modules.items():
        if module.partition(".")[0] in getattr(sys, "stdlib_module_names", ()) and not hasattr(builtins, name):
            __import__(module)
            names[name] = sys.modules[module]
    for name in entry_points:
        if name not in exported:
            raise NameError("name '" + name + "' is not defined")
    run_source(setup, "setup.py", names)
    names.update((name, exported[name]) for name in entry_points)
    run_source(tests, "tests.py", names)


def hide_memory():
    """Closes this process's memory and descriptors to others of the same user."""
    try:
        import ctypes
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass  # the kernel's own ptrace policy then decides


def end_like(child):
    """Ends as the candidate's process did, so that a limit it ran into is told from an error."""
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        import signal
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    sys.stderr.write("the solution ended the process with code %d\n" % os.WEXITSTATUS(status))
    sys.stderr.flush()
    os._exit(1)


def main():
    source = read_section(0)
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
    setup, tests, entry_points, secret = [read_section(0) for _ in range(4)]
    verdict = os.dup(1)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    write_all(test_sending, b"\n")
    peer = Peer(test_receiving, test_sending, "tests.py", gives_attributes=False)
    try:
        run_tests(peer, setup, tests, entry_points.split())
    except PeerEnded:
        end_like(child)
    except BaseException as error:
        sys.stderr.write(getattr(error, "remote_traceback", "") or format_error(error, "tests.py"))
        sys.stderr.flush()
        os._exit(1)
    write_all(verdict, (secret + "\n").encode())
    os._exit(0)


main()
