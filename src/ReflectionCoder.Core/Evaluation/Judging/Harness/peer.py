"""One end of the two pipes between the processes: sends requests, waits for replies, and answers the requests that come meanwhile.

A message is a length and a tree of JSON (rc_judge_codec). It tells what the other side needs to know first: descriptions of classes and
objects that cross for the first time, containers that are new or have changed (rc_judge_sharing), objects that nobody refers to any more.
"""
import os
import sys
from _thread import RLock
from _weakref import ref

from rc_judge_codec import LARGEST, SCALARS, CannotEncode, Malformed, TooLarge, read_tree, require, write_tree
from rc_judge_pipes import write_all
from rc_judge_proxies import (
    PLAIN_BASES, SPECIAL, Link, RemoteError, RemoteObject, RemoteType, make_class, number_of, number_of_class,
)
from rc_judge_sharing import KINDS, MOST_SPECIAL_FIRST, SharingCodec

_references = sys.getrefcount
_set = object.__setattr__
BUILTIN = {kind.__name__: kind for kind in (
    type(lambda: 0), type((lambda: (yield))()), type(len), type(Link().__init__), type(str.lower), type(sys), type({}.keys()),
    map, zip, filter, enumerate, reversed, property, memoryview, object,
)}


async def _coroutine():
    pass


async def _asynchronous():
    yield


_made = _coroutine()
BUILTIN["coroutine"] = type(_made)
_made.close()
BUILTIN["async_generator"] = type(_asynchronous())
# Importing the ones that are left out does something: opens a window, say, or runs a program.
STANDARD = frozenset(getattr(sys, "stdlib_module_names", ())).difference((
    "antigravity", "this", "test", "idlelib", "lib2to3", "turtledemo", "turtle", "tkinter", "ensurepip", "venv",
))
FIELDS = ((OSError, "filename"), (OSError, "filename2"), (ImportError, "name"), (NameError, "name"), (AttributeError, "name"))
CHAIN = 20  # exceptions that caused each other
LONGEST_OUTPUT = 1 << 20


class PeerEnded(BaseException):
    """The other process has ended."""


def standard_name(value):
    """Module and name by which the other process can find the very same class or function of the standard library, or None."""
    if type(value) in (type(str.lower), type(str.__len__)):
        module, name = value.__objclass__.__module__, value.__qualname__
    else:
        module = getattr(value, "__module__", None)
        name = getattr(value, "__qualname__", None) or getattr(value, "_name", None)
    if type(module) is not str or type(name) is not str or module.partition(".")[0] not in STANDARD:
        return None
    found = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return (module, name) if found is value else None


def load_standard(name):
    """A module of the standard library. Not one such as unittest.__main__, whose import runs the tests in the work folder."""
    found = sys.modules.get(name)
    if found is None:
        top, *parts = name.split(".")
        require(top in STANDARD and all(part[:1] not in ("", "_") for part in parts), "a module that may not be named")
        try:
            __import__(name)
        except Exception as error:
            raise Malformed("the name of a module that can't be imported: " + type(error).__name__) from None
        found = sys.modules[name]
    return found


def layout_base(kind):
    """The type of plain data, container or exception that a class derives from."""
    for base in kind.__mro__:
        if base in KINDS or base in PLAIN_BASES:
            return base
        if issubclass(base, BaseException) and standard_name(base) and is_public(*standard_name(base)):
            return base
    return None


class Peer(SharingCodec):
    def __init__(self, receiving, sending, side):
        super().__init__(side)
        self.receiving, self.sending = receiving, sending
        self.exports, self.export_ids = {}, {}  # objects of this side that the other knows
        self.proxies, self.makers, self.dead = {}, {}, []  # stand-ins for objects of the other
        self.strong = {}  # stand-ins that can't be referred to weakly
        self.introduced = []
        self.described = {}  # the numbers of the standard library's classes that have instances on the other side
        self.busy = self.restoring = False
        self.turn, self.waiting = RLock(), 0
        self.buffer = b""
        self.chain = 0
        self.serial, self.last_error = 0, (0, None, None)
        self.has_state = False  # whether there is anything of what follows
        self.watched = {}  # global variables of the solution that the tests use
        self.random = None  # the state of the random numbers on both sides, if they share it
        self.loop, self.tasks, self.late_errors = None, {}, {}
        self.kept = []
        self.iterators = False  # whether the other side has an iterator of a class that this side knows, too
        self.unpackers.update({
            "@": self.unpack_reference, "k": self.unpack_known, "e": self.unpack_error, "mp": self.unpack_mapping, "view": self.unpack_view,
            "tb": self.unpack_traceback, "code": self.unpack_code, "field": self.unpack_field, "mod": self.unpack_module,
        })
        self.handlers = {name[3:]: getattr(self, name) for name in dir(self) if name.startswith("on_")}

    # Messages

    def request(self, kind, *payload):
        self.take_turn()
        try:
            if self.busy or self.restoring:
                self.refuse("an object needs the other process while it crosses over")
            self.send(kind, payload)
            return self.wait()
        finally:
            self.turn.release()

    def take_turn(self):
        """Waits until no other thread of this process is waiting for a reply."""
        if not self.turn.acquire(False):
            self.waiting += 1
            self.turn.acquire()
            self.waiting -= 1

    def get_attribute(self, value, name):
        number = number_of_class(value) if type(value) is RemoteType else number_of(value)
        return self.request("get", number, name)

    def call(self, number, arguments, keywords):
        if keywords:
            return self.request("call", number, arguments, tuple(keywords), tuple(keywords.values()))
        return self.request("call", number, arguments)

    def send(self, kind, payload):
        self.busy = True
        try:
            changed = self.pack_changes() if self.shared else None
            state = self.pack_state() if self.has_state else None
            if type(payload) is list:
                # Nothing must refer any more to what is handed over when it is asked below who does.
                tree = [self.pack(payload.pop(0)) for _ in range(len(payload))]
            else:
                tree = self.pack_all(payload)
            fresh = self.pack_fresh() if self.fresh else None
            dead = self.take_dead() if self.dead or self.strong else None
            tree = [kind, self.introduced or None, fresh, changed or None, dead or None, self.output(), state, tree]
            try:
                text = write_tree(tree)
            except ValueError:
                text = write_tree(mend(tree))
            self.introduced = []
            del tree, payload, fresh, changed
            text = "[" + text + ",[" + (",".join(map(str, self.forget_unused())) if self.shared else "") + "]]"
        except BaseException:
            for number in self.fresh:
                self.drop(number)
            self.fresh = []
            raise
        finally:
            self.busy = False
            self.depth = self.chain = self.parts = 0
        data = text.encode("utf-8", "surrogatepass")
        if len(data) > LARGEST:
            raise TooLarge("a value of %d bytes" % len(data))
        try:
            write_all(self.sending, len(data).to_bytes(8, "little") + data)
        except ConnectionError as error:
            raise PeerEnded from error

    def output(self):
        """What this side has printed since the last message."""

    def receive(self):
        content = self.buffer
        while len(content) < 8:
            content += self.read()
        size = int.from_bytes(content[:8], "little")
        require(size <= LARGEST, "a message that is too long")
        parts, had = [content[8:]], len(content) - 8
        while had < size:
            part = self.read()
            parts.append(part)
            had += len(part)
        content = b"".join(parts) if len(parts) > 1 else parts[0]
        self.buffer = content[size:]
        return read_tree(content[:size] if self.buffer else content)

    def read(self):
        part = os.read(self.receiving, 1 << 16)
        if not part:
            raise PeerEnded
        return part

    def wait(self):
        """The next reply; requests that come before it are answered."""
        while True:
            kind, payload, output = self.restore(self.receive())
            if output:
                self.print(*output)
            if kind == "ok":
                require(len(payload) == 1)
                return payload.pop()
            if kind == "err":
                require(len(payload) == 1 and isinstance(payload[0], BaseException))
                raise payload.pop()
            self.answer(kind, payload)

    def restore(self, message):
        self.restoring = True
        self.depth = 0
        self.kept = []  # until the message is read, nothing else may refer to a new stand-in
        try:
            try:
                (kind, introduced, fresh, changed, dead, output, state, payload), forgotten = message
                require(type(kind) is str)
                if introduced:
                    self.unpack_classes(introduced)
                if fresh:
                    self.unpack_fresh(fresh)
                if introduced:
                    self.unpack_values(introduced)
                if fresh:
                    self.unpack_contents(fresh)
                if changed:
                    self.unpack_contents(changed)
                payload = self.unpack_all(payload)
                if dead:
                    self.bury(dead)
                if state:
                    self.unpack_state(*state)
                require(output is None or type(output) is list and list(map(type, output)) == [str, str])
                if forgotten:
                    self.unpack_forgotten(forgotten)
            except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError, BufferError) as error:
                raise Malformed("a message that makes no sense: " + type(error).__name__ + ": " + str(error)[:200]) from None
        finally:
            self.restoring = False
            self.kept = []
        return kind, payload, output

    def print(self, *output):
        pass

    def answer(self, kind, payload):
        handler = self.handlers.get(kind)
        require(handler is not None, "an unknown request")
        # What runs now sits deeper than in one process, by the frames of this module and of stand-ins.
        deepest = sys.getrecursionlimit()
        sys.setrecursionlimit(deepest + 14)
        turn = self.turn._release_save()
        try:
            try:
                payload[:] = handler(*payload),
                reply = "ok"
            except (PeerEnded, Malformed):
                raise
            except BaseException as error:
                reply = "err"
                self.serial += 1
                self.last_error = (self.serial, error, error.__traceback__)
                payload[:] = error,
                error.__traceback__ = None
        finally:
            self.turn._acquire_restore(turn)
            if sys.getrecursionlimit() == deepest + 14:
                sys.setrecursionlimit(deepest)
        try:
            self.send(reply, payload)
        except TooLarge:
            self.send("large", [])
        except (CannotEncode, RecursionError) as error:
            self.send("err", [TypeError("the result can't be handed over: " + str(error))])

    def refuse(self, reason):
        raise CannotEncode(reason)

    def share_random(self):
        """From now on both sides draw from one sequence of random numbers."""
        import random
        self.random, self.has_state = random.getstate(), True

    def pack_state(self):
        random = None
        if self.random is not None:
            now = sys.modules["random"].getstate()
            if now != self.random:
                self.random, random = now, [now[0], list(now[1]), now[2]]
        variables = self.pack_variables() if self.watched else None
        return [random, variables] if random or variables else None

    def pack_variables(self):
        return None

    def unpack_state(self, random, variables):
        if random is not None:
            require(self.random is not None and len(random) == 3)
            self.random = (random[0], tuple(random[1]), random[2])
            sys.modules["random"].setstate(self.random)
        if variables is not None:
            names, values = variables
            values = self.unpack_all(values)
            require(len(names) == len(values))
            self.set_variables(dict(zip(names, values)))

    def set_variables(self, values):
        raise Malformed("variables of the tests")

    def take_dead(self):
        for number in list(self.strong):
            if _references(self.strong[number]) <= 2:
                del self.strong[number]
                self.makers.pop(number, None)
                self.dead.append(number)
        dead = []
        for number in self.dead:
            known = self.proxies.get(number)
            if number not in self.strong and (known is None or known() is None):
                self.proxies.pop(number, None)
                self.makers.pop(number, None)
                dead.append(number)
        self.dead = []
        return dead

    def bury(self, numbers):
        require(type(numbers) is list)
        for number in numbers:
            value = self.exports.pop(number, None)
            if value is not None:
                self.export_ids.pop(id(value), None)
                self.tasks.pop(number, None)

    # Packing what is no data

    def pack_other(self, value):
        kind = type(value)
        if type(kind) is RemoteType:
            return self.keyed(["@", number_of(value)], value)
        if kind is RemoteType:
            return ["@", number_of_class(value)]
        number = self.export_ids.get(id(value))
        if number is not None:
            return self.keyed(["@", number], value)
        module = kind.__module__
        if module in ("decimal", "fractions", "datetime", "uuid", "pathlib", "numpy"):
            try:
                return super().pack_other(value)
            except CannotEncode:
                pass
        return self.pack_object(value)

    def keyed(self, tree, value):
        if self.hashing:
            tree.append(hash(value))
        return tree

    def pack_object(self, value):
        kind = type(value)
        if isinstance(kind, type) and issubclass(kind, type):
            return self.pack_class(value)
        known = standard_name(value) if callable(value) or kind.__module__ == "typing" else None
        if known is not None and self.may_name(*known):
            return ["k", *known]
        if kind.__module__ == "builtins":
            name = kind.__name__
            if name == "mappingproxy":
                return ["mp", self.pack(dict(value))]
            if name in ("dict_keys", "dict_values", "dict_items"):
                import gc
                return ["view", name[5:], self.pack(next(part for part in gc.get_referents(value) if isinstance(part, dict)))]
            if name == "traceback":
                return ["tb"]
            if name == "code":
                return ["code", *[getattr(value, part) for part in CODE], list(value.co_varnames)]
            if name == "module" and value.__name__.partition(".")[0] in STANDARD:
                return ["mod", value.__name__]
        if kind.__module__ == "dataclasses" and kind.__name__ == "Field":
            missing = sys.modules["dataclasses"].MISSING
            return ["field", value.name,
                    *[None if part is missing else self.pack((part,)) for part in (value.default, value.default_factory)],
                    [bool(value.init), bool(value.repr), value.hash, bool(value.compare), value.kw_only is True],
                    str(getattr(value, "_field_type", ""))]
        if isinstance(value, BaseException):
            return self.pack_error(value)
        base = layout_base(kind)
        self.check_export(value, kind)
        if base in KINDS:
            special = next(part for part in MOST_SPECIAL_FIRST if issubclass(kind, part))
            return self.pack_container(value, special, True)
        # A stand-in can't be made of the other process's own class, even where that has the same.
        known = standard_name(kind)
        described = self.introduce_class(kind, known) if known else self.pack_class(kind)
        number = self.export(value)
        if base is None:
            self.introduced.append(["o", number, described])
        else:
            self.introduced.append(["v", number, described, self.pack(base_value(base, value))])
        return self.keyed(["@", number], value)

    def export(self, value):
        number = self.new_number()
        self.exports[number] = value
        self.export_ids[id(value)] = number
        return number

    def may_name(self, module, name):
        return True

    def check_export(self, value, kind):
        pass

    def pack_class(self, kind):
        number = self.export_ids.get(id(kind))
        if number is not None:
            return ["@", number]
        if type(kind) is RemoteType:
            return ["@", number_of_class(kind)]
        known = standard_name(kind)
        if known is not None and self.may_name(*known):
            return ["k", *known]
        return self.introduce_class(kind, known)

    def introduce_class(self, kind, known=None):
        number = self.described.get(kind) if known else self.export_ids.get(id(kind))
        if number is not None:
            return ["@", number]
        base = layout_base(kind)
        bases, reals = [], []
        for parent in kind.__bases__:
            if not standard_name(parent) and type(parent) is not RemoteType:
                bases.append(self.introduce_class(parent))
        for parent in kind.__mro__[1:]:
            name = standard_name(parent)
            if name and parent is not object and (base is None or not issubclass(base, parent)):
                reals.append(list(name))
        special, compares = [], []
        natural = () if base is None or base is kind else base.__mro__
        for name in SPECIAL:
            for parent in kind.__mro__:
                if name in parent.__dict__:
                    method = parent.__dict__[name]
                    if parent is not object and parent not in natural and (method is not None or name == "__hash__"):
                        special.append(name)
                    break
        own = []
        if base is not None:
            for parent in kind.__mro__:
                if parent is base:
                    break
                own += [name for name in parent.__dict__ if hasattr(base, name) and name not in SPECIAL]
        compares = [name for name in special if name in ("__eq__", "__ne__", "__hash__", "__lt__", "__le__", "__gt__", "__ge__")]
        attributes = dir(kind)
        how = "coroutine" if "__await__" in attributes and "cr_frame" in attributes else None
        if (known or kind.__module__ == "builtins") and "__next__" in attributes and how is None:
            how = "iterator"
        builtin = kind.__module__ == "builtins" and BUILTIN.get(kind.__name__) is kind
        if known:
            number = self.described[kind] = self.new_number()
            self.exports[number] = kind
        else:
            number = self.export(kind)
        doc = kind.__doc__
        self.introduced.append([
            "c", number, kind.__name__, kind.__qualname__, str(kind.__module__), doc if type(doc) is str else None, bases, special,
            compares,
            None if base is None else ["k", *standard_name(base)], reals, ["builtins", kind.__name__] if builtin else known, how, own,
        ])
        return ["@", number]

    def pack_error(self, error):
        kind = type(error)
        known = standard_name(kind)
        parts = self.describe_error(error)
        if known is not None and is_public(*known):
            return ["e", ["k", *known], *parts]
        self.check_export(error, kind)
        described = self.pack_class(kind)
        number = self.export(error)
        self.introduced.append(["x", number, described, *parts])
        return ["@", number]

    def describe_error(self, error):
        self.chain += 1
        cause, context = [part if self.chain < CHAIN else None for part in (error.__cause__, error.__context__)]
        names = {name: value for name, value in vars(error).items() if type(name) is str and name[:2] != "__" and name[:4] != "_rc_"}
        if not standard_name(type(error)):
            names = {}  # they are asked for
        for field in FIELDS:
            if isinstance(error, field[0]) and getattr(error, field[1], None) is not None:
                names[field[1]] = getattr(error, field[1])
        serial, last, _ = self.last_error
        return [
            self.pack_all(list(error.args)), list(names), self.pack_all(list(names.values())), self.pack(cause),
            True if context is cause else self.pack(context), bool(error.__suppress_context__),
            [str(note) for note in getattr(error, "__notes__", ())], serial if last is error else 0,
        ]

    # Unpacking

    def unpack_classes(self, trees):
        require(type(trees) is list)
        for tree in trees:
            require(type(tree) is list and len(tree) > 2 and self.theirs(tree[1]))
            if tree[0] == "c":
                self.make_stand_in_class(*tree[1:])
            elif tree[0] == "o":
                _, number, described = tree
                self.add_proxy(number, lambda number=number, kind=self.stand_in_class(described): make_object(kind, number))

    def make_stand_in_class(self, number, name, qualified, module, doc, bases, special, compares, base, reals, real, how, own):
        require(number not in self.proxies and all(type(text) is str for text in (name, qualified, module)))
        require(doc is None or type(doc) is str)
        require(all(type(part) is str for names in (special, compares, own) for part in names))
        parents = [self.stand_in_class(parent) for parent in bases]
        base = None if base is None else self.unpack(base)
        require(base is None or base in KINDS or base in PLAIN_BASES or isinstance(base, type) and issubclass(base, BaseException))
        found = [self.find_real(*pair) for pair in reals]
        real = None if real is None else BUILTIN.get(real[1]) if real[0] == "builtins" else self.find_loaded(*real)
        self.iterators = self.iterators or how == "iterator" and real is not None
        kind = make_class(number, name, qualified, module, doc, parents, special, compares, base,
                          [part for part in found if part is not None], real, how, own)
        self.proxies[number] = lambda: kind

    def stand_in_class(self, tree):
        kind = self.unpack(tree)
        require(type(kind) is RemoteType, "an instance of what is no class")
        return kind

    def find_loaded(self, module, name):
        """A class of the standard library, if this process has loaded it."""
        require(type(module) is str and type(name) is str)
        found = sys.modules.get(module) if module.partition(".")[0] in STANDARD else None
        for part in name.split("."):
            found = getattr(found, part, None)
        return found if isinstance(found, type) else None

    def find_real(self, module, name):
        if (module, name) not in REALS and module != "collections.abc":
            return None
        load_standard(module)
        return self.find_loaded(module, name)

    def add_proxy(self, number, maker, strong=False):
        require(number not in self.proxies and number not in self.strong)
        self.makers[number] = maker
        return self.make_proxy(number, strong)

    def make_proxy(self, number, strong=False):
        value = self.makers[number]()
        try:
            self.proxies[number] = ref(value, lambda _: self.dead.append(number))
        except TypeError:
            self.strong[number] = value
        self.kept.append(value)
        return value

    def unpack_values(self, trees):
        for tree in trees:
            if tree[0] == "v":
                _, number, described, value = tree
                kind, value = self.stand_in_class(described), self.unpack(value)
                base = type.__getattribute__(kind, "_rc_base")
                require(base in PLAIN_BASES and type(value) is base)
                self.add_proxy(number, lambda number=number, kind=kind, value=value, base=base: make_plain(base, kind, number, value))
            elif tree[0] == "x":
                _, number, described, *parts = tree
                kind = self.stand_in_class(described)
                require(issubclass(kind, RemoteError))
                parts = self.unpack_error_parts(*parts)
                self.add_proxy(number, lambda number=number, kind=kind, parts=parts: make_error(kind, number, *parts))
            else:
                require(tree[0] in ("c", "o"), "an unknown kind of object")

    def unpack_error_parts(self, arguments, names, values, cause, context, suppress, notes, serial):
        arguments, values = tuple(self.unpack_all(arguments)), self.unpack_all(values)
        require(len(names) == len(values) and all(type(name) is str and name[:2] != "__" for name in names))
        cause = self.unpack(cause)
        context = cause if context is True else self.unpack(context)
        require(all(part is None or isinstance(part, BaseException) for part in (cause, context)))
        require(type(suppress) is bool and type(serial) is int and all(type(note) is str for note in notes))
        return arguments, dict(zip(names, values)), cause, context, suppress, notes, serial

    def unpack_error(self, kind, *parts):
        kind = self.unpack(kind)
        require(isinstance(kind, type) and issubclass(kind, BaseException) and type(kind) is not RemoteType)
        return make_error(kind, None, *self.unpack_error_parts(*parts))

    def unpack_reference(self, number, *hashed):
        require(type(number) is int)
        if not self.theirs(number):
            return self.own(number)
        if number in self.shared:
            return self.shared[number].value
        if number in self.strong:
            return self.strong[number]
        known = self.proxies.get(number)
        require(known is not None or number in self.makers, "an object that isn't known")
        value = None if known is None else known()
        if value is None:
            value = self.make_proxy(number)
        if hashed:
            require(type(hashed[0]) is int)
            if isinstance(value, RemoteObject):
                _set(value, "_rc_hash", hash(hashed[0]))
        return value

    def own(self, number):
        """What the other side has been told of by this number."""
        if number in self.exports:
            return self.exports[number]
        require(number in self.shared and not self.theirs(number) and self.shared[number].pinned, "an object that isn't known")
        return self.shared[number].value

    def make_instance(self, number, kind, base):
        require(type(kind) is RemoteType and type.__getattribute__(kind, "_rc_base") is base, "an instance of what is no class")
        value = base.__new__(kind)
        _set(value, "_rc_number", number)
        return value

    def unpack_known(self, module, name):
        require(type(module) is str and type(name) is str)
        if not self.may_find(module, name):
            raise Malformed(module + "." + name + " may not be named")
        found = load_standard(module)
        for part in name.split("."):
            found = getattr(found, part)
        return found

    def may_find(self, module, name):
        return True

    def unpack_mapping(self, tree):
        value = self.unpack(tree)
        require(type(value) is dict)
        return type(type.__dict__)(value)

    def unpack_view(self, name, tree):
        value = self.unpack(tree)
        require(isinstance(value, dict) and name in ("keys", "values", "items"))
        return getattr(dict, name)(value)

    def unpack_traceback(self):
        try:
            raise Exception
        except Exception as error:
            return error.__traceback__

    def unpack_code(self, *parts):
        *values, names = parts
        require(len(values) == len(CODE) and all(type(value) in (int, str) for value in values))
        require(all(type(name) is str for name in names))
        return Code(dict(zip(CODE, values), co_varnames=tuple(names)))

    def unpack_field(self, name, default, factory, flags, kind):
        import dataclasses
        require(type(name) is str)
        default, factory = [dataclasses.MISSING if part is None else self.unpack(part)[0] for part in (default, factory)]
        init, shown, hashed, compare, keyword_only = flags
        field = dataclasses.Field(default, factory, init, shown, hashed, compare, None, keyword_only)
        field.name = name
        field._field_type = getattr(dataclasses, kind if kind in ("_FIELD", "_FIELD_CLASSVAR", "_FIELD_INITVAR") else "_FIELD")
        return field

    def unpack_module(self, name):
        require(type(name) is str and name.partition(".")[0] in STANDARD)
        return load_standard(name)

    # Requests. The process of the tests checks them before (rc_judge_tests).

    def on_call(self, number, arguments, names=(), values=()):
        return self.own(number)(*arguments, **dict(zip(names, values)))

    def on_get(self, number, name):
        return getattr(self.own(number), name)

    def on_set(self, number, name, value):
        setattr(self.own(number), name, value)

    def on_delete(self, number, name):
        delattr(self.own(number), name)

    def on_special(self, number, name, arguments):
        value = self.own(number)
        return getattr(type(value), name)(value, *arguments)

    def on_item(self, number, key):
        return self.own(number)[key]

    def on_instance(self, number, value):
        return isinstance(value, self.own(number))

    def on_hash(self, number):
        return hash(self.own(number))

    def on_text(self, number, how, specification):
        value = self.own(number)
        if how == "dir":
            return [name for name in dir(value) if type(name) is str]
        return repr(value) if how == "repr" else str(value) if how == "str" else format(value, specification)

    def on_copy(self, number, deep):
        import copy
        return (copy.deepcopy if deep else copy.copy)(self.own(number))

    def on_next(self, number, limit):
        iterator = self.own(number)
        if number in self.late_errors:
            raise self.late_errors.pop(number)
        items = []
        try:
            while len(items) < limit:
                items.append(next(iterator))
        except StopIteration as end:
            return tuple(items), True, end.value
        except Exception as error:
            if not items:
                raise
            self.late_errors[number] = error
        return tuple(items), False, None

    def on_step(self, number, error):
        from rc_judge_waiting import step
        return step(self, number, self.own(number), error)


CODE = ("co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_flags", "co_name", "co_filename", "co_firstlineno")


class Code:
    """What a code object tells of a function's parameters."""

    def __init__(self, values):
        self.__dict__.update(values)

    def __getattr__(self, name):
        if Link.guarded and name[:3] == "co_":
            Link.undecided("the tests look into the solution's code")
        raise AttributeError(name)


def mend(tree):
    """The tree, but for integers that are too long to be written in decimal."""
    if type(tree) is list:
        return [mend(part) for part in tree]
    if type(tree) is int and tree.bit_length() > 8192:
        return ["i", hex(tree)]
    return tree


def base_value(base, value):
    """The value as an instance of its base, whatever methods its class has."""
    if base is tuple or base is frozenset:
        return base(base.__iter__(value))
    return getattr(base, "__" + base.__name__ + "__")(value)


def make_object(kind, number):
    value = object.__new__(kind)
    _set(value, "_rc_number", number)
    return value


def make_plain(base, kind, number, content):
    value = base.__new__(kind, content)
    _set(value, "_rc_number", number)
    return value


def make_error(kind, number, arguments, names, cause, context, suppress, notes, serial):
    base = kind if number is None else type.__getattribute__(kind, "_rc_base")
    try:
        error = base.__new__(kind, *arguments)
        if base.__module__ == "builtins":
            base.__init__(error, *arguments)
    except Exception:
        error = BaseException.__new__(kind, *arguments)
    _set(error, "args", arguments)
    for name, value in names.items():
        try:
            _set(error, name, value)
        except (AttributeError, TypeError):
            pass
    if number is not None:
        _set(error, "_rc_number", number)
    _set(error, "_rc_serial", serial)
    error.__cause__, error.__context__ = cause, context
    error.__suppress_context__ = suppress
    if notes:
        error.__notes__ = list(notes)
    return error


def _names(table):
    return {(module, name) for module, names in table.items() for name in names.split()}


# What the solution may name of the standard library, so that the tests' process uses its own. Nothing that reads attributes by name, runs
# code or makes classes: the tests may call what the solution hands them, with arguments that the solution chooses.
PUBLIC = _names({
    "builtins": "NoneType bool int float complex str bytes bytearray list tuple set frozenset dict range slice object map filter zip "
                "enumerate reversed abs all any bin callable chr divmod hash hex isinstance issubclass iter len max min next oct ord pow "
                "repr round sorted sum str.lower str.upper str.strip str.casefold str.title str.isdigit str.isalpha",
    "collections": "deque OrderedDict Counter defaultdict ChainMap UserDict UserList UserString",
    "_functools": "reduce", "functools": "reduce cmp_to_key", "datetime": "date time datetime timedelta timezone tzinfo",
    "decimal": "Decimal", "fractions": "Fraction", "abc": "ABC abstractmethod ABCMeta", "uuid": "UUID",
    "enum": "Enum IntEnum StrEnum Flag IntFlag auto unique", "numbers": "Number Complex Real Rational Integral",
    "pathlib": "Path PurePath PosixPath PurePosixPath", "dataclasses": "dataclass field", "contextlib": "contextmanager redirect_stdout",
    "re": "Pattern Match", "copy": "copy deepcopy", "_io": "StringIO BytesIO",
    "typing": "Any Union Optional Callable Type Literal Final ClassVar Tuple List Dict Set FrozenSet Deque DefaultDict OrderedDict Counter "
              "ChainMap Iterable Iterator Generator Sequence MutableSequence Mapping MutableMapping Hashable Sized Collection Container "
              "Reversible SupportsInt SupportsFloat SupportsAbs SupportsRound Awaitable Coroutine AsyncIterable AsyncIterator "
              "AsyncGenerator Generic Protocol NoReturn Text AnyStr Awaitable Pattern Match NamedTuple TypedDict",
})
WHOLE = ("math", "cmath", "itertools", "_heapq", "heapq", "_bisect", "bisect", "collections.abc", "_operator")
WITH_ERRORS = frozenset((
    "builtins argparse asyncio binascii calendar concurrent configparser contextlib copy csv dataclasses decimal enum getopt http json "
    "multiprocessing numbers pickle _pickle queue _queue re shutil socket sqlite3 statistics string struct subprocess tarfile threading "
    "tokenize unittest urllib uuid xml zipfile zlib"
).split())
NOT_PUBLIC = frozenset(("attrgetter", "methodcaller", "itemgetter", "call"))


def is_public(module, name):
    if (module, name) in PUBLIC or module in WHOLE and name not in NOT_PUBLIC and name[:1] != "_" and "." not in name:
        return True
    if module.partition(".")[0] not in WITH_ERRORS:
        return False
    try:
        found = getattr(load_standard(module), name, None)
    except Malformed:
        return False
    return isinstance(found, type) and issubclass(found, BaseException)


REALS = {
    (module, name) for module, names in {
        "abc": "ABC", "enum": "Enum IntEnum StrEnum Flag IntFlag ReprEnum", "typing": "Generic Protocol",
        "collections": "UserDict UserList UserString", "numbers": "Number Complex Real Rational Integral", "threading": "Thread",
        "contextlib": "ContextDecorator AbstractContextManager AbstractAsyncContextManager ExitStack", "json.encoder": "JSONEncoder",
        "json.decoder": "JSONDecoder", "string": "Template Formatter", "random": "Random", "argparse": "Action ArgumentParser",
        "unittest.case": "TestCase", "html.parser": "HTMLParser", "ast": "NodeVisitor NodeTransformer",
    }.items() for name in names.split()
}
