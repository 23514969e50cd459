"""The tests' process: runs the tests, and lets the solution's process do only what objects that are handed over could do in one process."""
import builtins
import os
import sys

from rc_judge_asserts import compile_tests, difference
from rc_judge_candidate import format_error, sources
from rc_judge_codec import CannotEncode, Malformed, require, write_tree
from rc_judge_peer import STANDARD, Peer, PeerEnded, is_public, load_standard, standard_name
from rc_judge_pipes import write_all
from rc_judge_proxies import SPECIAL, Link, RemoteType

FUNCTIONS = (type(lambda: 0), type(Link().__init__))
CALLABLES = frozenset((
    "function", "builtin_function_or_method", "method", "method-wrapper", "wrapper_descriptor", "method_descriptor",
    "classmethod_descriptor",
))
ITERATORS = frozenset(("generator", "coroutine", "async_generator", "async_generator_asend"))
# Objects of the standard library whose attributes say nothing of the process they are in.
OPEN = {
    "_io": ("StringIO", "BytesIO"), "re": ("Match", "Pattern"), "types": ("SimpleNamespace",), "random": ("Random",),
    "collections": ("ChainMap", "UserDict", "UserList", "UserString"), "array": ("array",), "string": ("Template",),
}
# Objects of the standard library that can be called, and no more.
SHUT = {
    "functools": ("partial", "_lru_cache_wrapper"), "operator": ("attrgetter", "itemgetter", "methodcaller"), "typing": None,
    "_asyncio": ("Future", "Task"),
}
OF_FUNCTIONS = frozenset((
    "__name__", "__qualname__", "__doc__", "__module__", "__defaults__", "__kwdefaults__", "__annotations__", "__code__", "__dict__",
))
OF_CLASSES = frozenset(("__name__", "__qualname__", "__doc__", "__module__", "__annotations__"))
STOPPED = {"map", "filter", "iter", "itertools", "starmap", "takewhile", "dropwhile", "filterfalse", "groupby", "accumulate"}
HOLD = {"globals", "locals", "vars", "eval", "exec", "dir", "getattr", "hasattr", "__import__"}  # what may ask for any name


class TestPeer(Peer):
    def __init__(self, receiving, sending, report):
        super().__init__(receiving, sending, 0)
        self.report = report
        self.names, self.assigned = {}, ()
        self.iterates = False  # whether a StopIteration of the solution can end a loop of the tests
        self.interrupted = False

    def take_turn(self):
        if not self.turn.acquire(timeout=3):
            self.report.undecided("several threads of the tests use the solution at a time")
        if self.interrupted:
            self.report.undecided("a call of the solution has been interrupted")

    def request(self, kind, *payload):
        try:
            return super().request(kind, *payload)
        except StopIteration:
            # `all(map(f, cases))` would take it for the end of the cases.
            if self.iterates and (kind == "call" or kind == "special" and payload[1] != "__next__"):
                self.report.undecided("the solution raises StopIteration, which may end a loop of the tests")
            raise

    def wait(self):
        try:
            return super().wait()
        except Malformed as error:
            self.report.failed("the solution's process sent " + str(error) + "\n")

    def set_variables(self, values):
        for name, value in values.items():
            require(name in self.watched, "a variable that nobody watches")
            # Once the tests have assigned to it, it is theirs.
            if self.names.get(name) is self.watched[name]:
                if name in self.assigned:
                    self.report.undecided("the tests and the solution both assign to " + name)
                self.names[name] = self.watched[name] = value

    def read(self):
        try:
            return super().read()
        except PeerEnded:
            self.report.end_like_candidate()

    def send(self, kind, payload):
        try:
            super().send(kind, payload)
        except PeerEnded:
            self.report.end_like_candidate()
        except CannotEncode as error:
            self.report.undecided(str(error))

    def restore(self, message):
        try:
            return super().restore(message)
        except (Malformed, RecursionError, MemoryError, SystemExit) as error:
            self.report.failed("the solution's process sent " + str(error) + "\n")

    def receive(self):
        try:
            return super().receive()
        except Malformed as error:
            self.report.failed("the solution's process sent " + str(error) + "\n")
        except BaseException:
            self.interrupted = True  # the reply is still to come
            raise

    def answer(self, kind, payload):
        try:
            super().answer(kind, payload)
        except Malformed as error:
            self.report.failed("the solution's process sent " + str(error) + "\n")

    def refuse(self, reason):
        self.report.undecided(reason)

    def print(self, out, error):
        for stream, text in ((sys.stdout, out), (sys.stderr, error)):
            if text and stream not in self.report.silent:
                try:
                    stream.write(text)
                except Exception:
                    pass  # closed, or of the tests' own making

    def may_find(self, module, name):
        return is_public(module, name)

    def check_export(self, value, kind):
        """Whether an object of the tests may be known to the solution."""
        module, name = kind.__module__, kind.__name__
        if module == "__main__" or isinstance(value, type) and value.__module__ == "__main__" or isinstance(value, BaseException):
            return
        if module == "builtins" and (name in CALLABLES or name in ITERATORS or hasattr(kind, "__next__")) or module == "itertools":
            return
        if name in OPEN.get(module, ()) or module in SHUT and (SHUT[module] is None or name in SHUT[module]):
            return
        self.report.undecided("an object of the class " + module + "." + name + " can't be handed over")

    def introduce_class(self, kind, known=None):
        if kind.__module__ != "__main__" and not known and not standard_name(kind):
            module = kind.__module__
            if module != "builtins" and module not in OPEN and module not in SHUT and not issubclass(kind, BaseException):
                self.report.undecided("the class " + kind.__module__ + "." + kind.__name__ + " can't be handed over")
        return super().introduce_class(kind, known)

    # What the solution may ask for

    def of_tests(self, value):
        return type(value).__module__ == "__main__"

    def on_get(self, number, name):
        value = self.own(number)
        require(type(name) is str)
        kind = type(value)
        if type(value) is FUNCTIONS[0] and name in OF_FUNCTIONS:
            return dict(value.__dict__) if name == "__dict__" else getattr(value, name)
        if name[:2] == "__":
            allowed = self.of_tests(value) and (name == "__dict__" or name in SPECIAL) or name == "__doc__"
            allowed = allowed or isinstance(value, type) and name in OF_CLASSES
        elif isinstance(value, type) or self.of_tests(value) or isinstance(value, BaseException):
            allowed = True
        elif kind is FUNCTIONS[0]:
            allowed = name in value.__dict__
        elif kind.__name__ in ITERATORS:
            allowed = name in ("send", "throw", "close", "asend", "athrow", "aclose")
        else:
            allowed = kind.__name__ in OPEN.get(kind.__module__, ()) and name[:1] != "_"
        if not allowed:
            raise AttributeError(name)
        return getattr(value, name)

    def on_set(self, number, name, value):
        target = self.own(number)
        require(type(name) is str)
        if name[:2] == "__" or not self.of_tests(target) and type(target) is not FUNCTIONS[0] or isinstance(target, type):
            raise AttributeError(name)
        setattr(target, name, value)

    def on_delete(self, number, name):
        target = self.own(number)
        require(type(name) is str)
        if name[:2] == "__" or not self.of_tests(target) or isinstance(target, type):
            raise AttributeError(name)
        delattr(target, name)

    def on_special(self, number, name, arguments):
        value = self.own(number)
        require(type(name) is str and name in SPECIAL and type(arguments) is tuple)
        if isinstance(value, type) and name not in ("__iter__", "__len__", "__contains__", "__reversed__"):
            raise TypeError(name)
        return super().on_special(number, name, arguments)

    def on_call(self, number, arguments, names=(), values=()):
        require(type(arguments) is type(names) is type(values) is tuple and len(names) == len(values))
        require(all(type(name) is str for name in names))
        return self.own(number)(*arguments, **dict(zip(names, values)))

    def on_text(self, number, how, specification):
        require(type(specification) is str and how in ("repr", "str", "format", "dir"))
        if how == "format" and not self.of_tests(self.own(number)):
            raise TypeError("format")
        return super().on_text(number, how, specification)

    def on_next(self, number, limit):
        require(type(limit) is int and 0 < limit <= 10000)
        return super().on_next(number, limit)

    def on_step(self, number, error):
        require(error is None or isinstance(error, BaseException))
        return super().on_step(number, error)

    def on_copy(self, number, deep):
        if not self.of_tests(self.own(number)):
            raise TypeError("an object of the tests can't be copied")
        return super().on_copy(number, bool(deep))

    def on_large(self):
        self.report.undecided("a value of the solution is too large to be handed over")

    def on_input(self, prompt):
        require(type(prompt) is str)
        if sys.stdin is None and builtins.input is self.report.input:
            raise EOFError("EOF when reading a line")
        return builtins.input(prompt)

    def on_readline(self, size):
        require(type(size) is int or size is None)
        return sys.stdin.readline(size)

    def on_read(self, size):
        require(type(size) is int or size is None)
        return sys.stdin.read(size)


def names_in(code, found):
    """All names that some code may mean by its globals."""
    found.update(code.co_names)
    for constant in code.co_consts:
        if type(constant) is type(code):
            names_in(constant, found)
    return found


def assigned_in(code, found):
    """All global names that some code may assign to."""
    from opcode import EXTENDED_ARG, opmap
    stores, argument = {opmap["STORE_GLOBAL"], opmap["DELETE_GLOBAL"]}, 0
    if not code.co_flags & 1:  # not optimized: a module or a class
        stores |= {opmap["STORE_NAME"], opmap["DELETE_NAME"]}
    for operation, part in zip(code.co_code[::2], code.co_code[1::2]):
        argument = argument << 8 | part
        if operation in stores:
            found.add(code.co_names[argument])
        if operation != EXTENDED_ARG:
            argument = 0
    for constant in code.co_consts:
        if type(constant) is type(code):
            assigned_in(constant, found)
    return found


def run_tests(peer, setup, tests, entry_points):
    peer.report.mocks = "mock" in tests or "monkeypatch" in tests
    os.register_at_fork(before=lambda: peer.report.undecided("the tests fork"))
    random = "random" in setup or "random" in tests
    if random:
        peer.share_random()
    exported, modules, digits = peer.request("load", random)
    if type(digits) is int and (digits == 0 or digits >= 640):
        sys.set_int_max_str_digits(digits)
    require(all(type(name) is str for name in exported))
    for name in entry_points:
        if name not in exported:
            raise NameError("name '" + name + "' is not defined")
    sources.update({"setup.py": setup, "tests.py": tests})
    programs = [compile(setup, "setup.py", "exec"), compile_tests(tests, "tests.py")]
    used = names_in(programs[0], names_in(programs[1], set()))
    # A candidate's own `all` or `len` must not be what the tests use, unless that is what was asked for.
    # Nor must it be the other way round: `__builtins__` would say what all of these are.
    wanted = tuple([name for name in exported if name in entry_points or not hasattr(builtins, name) and name[:2] != "__"
                    and (name in used or not HOLD.isdisjoint(used))])
    for name in wanted:
        if name in STANDARD and name in used and name not in entry_points:
            peer.report.undecided("the tests use " + name + ", which the solution defines")
    watched = tuple([name for name in wanted if name not in entry_points])
    values = peer.request("names", wanted, watched)
    require(type(values) is tuple and len(values) == len(wanted))
    peer.names = names = module_of_tests()
    names.update(zip(wanted, values))
    if watched:
        peer.watched = {name: names[name] for name in watched}
        peer.assigned = assigned_in(programs[0], assigned_in(programs[1], set()))
    peer.report.types = "type" in used
    peer.iterates = not STOPPED.isdisjoint(used)
    for name, module in modules:
        require(type(name) is str and type(module) is str)
        if module.partition(".")[0] in STANDARD and not hasattr(builtins, name) and name in used:
            if name in STANDARD and name != module:
                peer.report.undecided("the solution's " + name + " is another module than that of the standard library")
            names[name] = load_standard(module)
    entries = {name: names[name] for name in entry_points}
    del values
    exec(programs[0], names)
    names.update(entries)
    exec(programs[1], names)


def module_of_tests():
    module = type(sys)("__main__")
    sys.modules["__main__"] = module
    names = module.__dict__
    names["__builtins__"] = builtins
    return names


class Report:
    """Tells how the run has ended, by a channel and a secret that the solution doesn't have. Each of its methods ends the process."""

    def __init__(self, verdict, secret, child):
        self.verdict, self.secret, self.child = verdict, secret, child
        self.silent, self.input = (sys.stdout, sys.stderr), builtins.input
        self.process = os.getpid()
        self.types = False  # whether the tests ask for types
        self.mocks = False  # whether the tests replace things, such as time.sleep, in a way that the solution should see

    def end(self, code, *words):
        if os.getpid() == self.process:
            text = (self.secret + " " + " ".join(words) + "\n").encode("utf-8", "backslashreplace")
            write_all(self.verdict, text)
            try:
                os.kill(self.child, 9)  # it may be busy for ever
            except OSError:
                pass
        os._exit(code)

    def passed(self):
        self.end(0, "passed")

    def undecided(self, reason):
        self.end(0, "undecided", reason[:500].replace("\n", " "))

    def failed(self, text, difference=None):
        try:
            write_all(2, text.encode("utf-8", "backslashreplace"))
        except OSError:
            pass
        self.end(1, "failed", *([write_tree(list(difference))] if difference else ()))

    def end_like_candidate(self):
        """Ends as the solution's process did, so that a limit it ran into is told from an error."""
        import time
        for _ in range(200):
            ended, status = os.waitpid(self.child, os.WNOHANG)
            if ended:
                break
            time.sleep(0.005)
        else:
            self.failed("the solution closed its connection to the tests\n")
        if os.WIFSIGNALED(status):
            import signal
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)
            os.kill(os.getpid(), os.WTERMSIG(status))
        self.failed("the solution ended the process with code %d\n" % os.WEXITSTATUS(status))

    def error(self, peer, error):
        if isinstance(error, SystemExit) and error.code in (None, 0, False) and not hasattr(error, "_rc_serial"):
            self.passed()
        if peer.exports and not hasattr(error, "_rc_serial") and peer.request("waiting") is True:
            self.undecided("a thread of the solution calls the tests while these do something else")
        if self.types and peer.iterators and isinstance(error, AssertionError):
            self.undecided("the tests look at types, and the type of a stand-in isn't that of the solution's iterator")
        if self.mocks and isinstance(error, Exception):
            self.undecided("the tests replace what the solution may use")
        serial = getattr(error, "_rc_serial", 0)
        text = ""
        if serial and type(serial) is int:
            text = peer.request("error", serial)
        self.failed(text if text and type(text) is str else format_error(error, "tests.py"), difference(error, "tests.py"))
