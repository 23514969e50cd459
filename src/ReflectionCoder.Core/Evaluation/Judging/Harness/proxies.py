"""Stand-ins for the other process's objects and classes.

A class of the other side gets a stand-in class with the same special methods and bases; an object gets one stand-in, an instance of that.
All of them ask the other process, by `Link.peer`. In the tests' process they also see to it that an object of the solution can't talk
itself out of a comparison with plain data: whether such an object equals 3 is something that only the object could tell. Then the tests
can't be
decided here (`Link.undecided`). What the object gives by itself (its truth, its length, its items, its attributes) could as well be
given by plain data, so that needs no such care; nor does the comparison of two objects of the solution.
"""
import sys

from rc_judge_codec import Malformed, require


class Link:
    """What stand-ins need of the process they live in."""

    peer = None
    guarded = False  # whether this is the tests' process
    making = True  # whether a subclass of a stand-in is this module's own doing

    @staticmethod
    def undecided(reason):
        raise TypeError(reason)


ORDER = ("__lt__", "__le__", "__gt__", "__ge__")
ARITHMETIC = tuple(
    "__" + prefix + name + "__"
    for name in ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow", "lshift", "rshift", "and", "or", "xor")
    for prefix in ("", "r", "i")
    if (prefix, name) != ("i", "divmod")
)
# What tells a number, so that the difference from an expected value, computed by the object itself, must not be asked for it.
NUMBERS = (
    "__abs__", "__neg__", "__pos__", "__invert__", "__int__", "__float__", "__complex__", "__index__", "__round__", "__trunc__",
    "__floor__", "__ceil__", "__bool__", "__len__",
)
OTHERS = (
    "__call__", "__iter__", "__next__", "__reversed__", "__getitem__", "__setitem__", "__delitem__", "__missing__", "__enter__", "__exit__",
    "__aiter__", "__anext__", "__aenter__", "__aexit__", "__bytes__", "__fspath__", "__get__", "__set__", "__delete__", "__format__",
)
OWN = ("__eq__", "__ne__", "__hash__", "__contains__", "__await__", "__str__", "__repr__", "__dir__")
SPECIAL = frozenset(ORDER + ARITHMETIC + NUMBERS + OTHERS + OWN)
NATIVE = frozenset((
    "__class__", "__reduce__", "__reduce_ex__", "__copy__", "__deepcopy__", "__init_subclass__", "__weakref__", "__length_hint__",
    "__del__", "__getstate__", "__setstate__", "__slots__",
))
NATIVE_OF_CLASSES = NATIVE - {"__slots__"} | SPECIAL - {"__call__"} | {
    "__name__", "__qualname__", "__module__", "__doc__", "__mro__", "__bases__", "__base__", "__flags__", "__dict__", "__basicsize__",
    "__new__", "__init__", "__subclasses__", "__getattribute__", "__setattr__", "__delattr__", "__dictoffset__",
    "__weakrefoffset__", "__itemsize__",
    "__instancecheck__", "__subclasscheck__", "__subclasshook__", "mro", "__type_params__", "__text_signature__", "__or__", "__ror__",
}
# Ways for an object to take part in what numpy computes from the expected values.
REFUSED = frozenset(("__array_ufunc__", "__array_function__", "__array_wrap__", "__array_priority__", "__array_finalize__"))
# Methods of plain data that compare it with what they are given.
COMPARING = frozenset((
    "startswith", "endswith", "issubset", "issuperset", "isdisjoint", "difference", "symmetric_difference", "difference_update",
    "symmetric_difference_update", "compare",
))
_get, _set = object.__getattribute__, object.__setattr__
ABSENT = object()


def is_remote(value):
    return issubclass(type(value), RemoteObject)


def number_of(value):
    return _get(value, "_rc_number")


def is_plain(value):
    """Whether a value isn't of the solution's making: plain data, or an object of the tests."""
    return not is_remote(value) and type(type(value)) is not RemoteType


def ask(value, name, *arguments):
    return Link.peer.request("special", number_of(value), name, arguments)


def is_tainted(value):
    try:
        return _get(value, "_rc_tainted")
    except AttributeError:
        return False


class RemoteObject:
    """The base of all stand-ins for objects."""

    __slots__ = ()

    def __getattribute__(self, name):
        if name in NATIVE or name[:4] == "_rc_":
            return _get(self, name)
        if name in REFUSED:
            raise AttributeError(name)
        if name in COMPARING and Link.guarded:
            Link.undecided("an object of the solution, of the class " + type(self).__name__ + ", has a method " + name)
        return Link.peer.get_attribute(self, name)

    def __setattr__(self, name, value):
        Link.peer.request("set", number_of(self), name, value)

    def __delattr__(self, name):
        Link.peer.request("delete", number_of(self), name)

    def __init_subclass__(cls, **keywords):
        if not Link.making:
            Link.undecided("a class is derived from one of the solution's classes")

    def __eq__(self, other):
        if self is other or Link.peer.restoring:
            return self is other or NotImplemented
        compares = type.__getattribute__(type(self), "_rc_compares")
        if not compares or "__eq__" not in compares:
            return NotImplemented
        if Link.guarded and is_plain(other) and not (other is None and ask(self, "__eq__", None) in (False, NotImplemented)):
            Link.undecided("an object of the solution, of the class " + type(self).__name__ + ", is compared with plain data")
        return NotImplemented if other is None else ask(self, "__eq__", other)

    def __ne__(self, other):
        compares = type.__getattribute__(type(self), "_rc_compares")
        if not compares or "__ne__" not in compares:
            equal = type(self).__eq__(self, other)
            return equal if equal is NotImplemented else not equal
        if Link.guarded and is_plain(other):
            Link.undecided("an object of the solution, of the class " + type(self).__name__ + ", is compared with plain data")
        return ask(self, "__ne__", other)

    def __hash__(self):
        if Link.peer.restoring:
            try:
                return _get(self, "_rc_hash")
            except AttributeError:
                pass
        compares = type.__getattribute__(type(self), "_rc_compares")
        if compares is None or "__hash__" not in compares and "__eq__" not in compares:
            return object.__hash__(self)
        return Link.peer.request("hash", number_of(self))

    def __repr__(self):
        return Link.peer.request("text", number_of(self), "repr", "")

    def __str__(self):
        return Link.peer.request("text", number_of(self), "str", "")

    def __format__(self, specification):
        return Link.peer.request("text", number_of(self), "format", specification)

    def __dir__(self):
        return Link.peer.request("text", number_of(self), "dir", "")

    def __copy__(self):
        return Link.peer.request("copy", number_of(self), False)

    def __deepcopy__(self, memo):
        return Link.peer.request("copy", number_of(self), True)

    def __reduce_ex__(self, protocol):
        Link.undecided("an object of the solution is pickled")

    __reduce__ = __reduce_ex__


class RemoteAwaitable(RemoteObject):
    """Something that can be awaited. The other process runs it in a loop of its own; whoever waits asks again and again."""

    __slots__ = ()
    _rc_compares = None
    _rc_natives = ("send", "throw", "close", "__await__", "__iter__", "__next__")

    def __getattribute__(self, name):
        return _get(self, name) if name in RemoteAwaitable._rc_natives else RemoteObject.__getattribute__(self, name)

    def _rc_step(self, error):
        done, value = Link.peer.request("step", number_of(self), error)
        if done:
            raise StopIteration(value)

    def send(self, value):
        return self._rc_step(None)

    def throw(self, kind, value=None, trace=None):
        if isinstance(kind, type):
            kind = kind() if value is None else value if isinstance(value, BaseException) else kind(value)
        return self._rc_step(kind)

    def close(self):
        Link.peer.request("step", number_of(self), GeneratorExit())

    def __await__(self):
        return self

    __iter__ = __await__

    def __next__(self):
        return self._rc_step(None)


class RemoteType(type):
    """The class of stand-in classes."""

    def mro(cls):
        order = type.mro(cls)
        reals = []
        for kind in order:
            reals += [real for real in kind.__dict__.get("_rc_reals", ()) if real not in order and real not in reals]
        return order[:-1] + reals + order[-1:]

    def __call__(cls, *arguments, **keywords):
        return Link.peer.call(number_of_class(cls), arguments, keywords)

    def __getattribute__(cls, name):
        if name in NATIVE_OF_CLASSES or name[:4] == "_rc_":
            return type.__getattribute__(cls, name)
        if name in REFUSED:
            raise AttributeError(name)
        return Link.peer.get_attribute(cls, name)

    def __setattr__(cls, name, value):
        if name in ("__abstractmethods__",):
            return
        Link.peer.request("set", number_of_class(cls), name, value)

    def __delattr__(cls, name):
        Link.peer.request("delete", number_of_class(cls), name)

    def __repr__(cls):
        return Link.peer.request("text", number_of_class(cls), "repr", "")

    def __dir__(cls):
        return Link.peer.request("text", number_of_class(cls), "dir", "")

    def __iter__(cls):
        return Link.peer.request("special", number_of_class(cls), "__iter__", ())

    def __reversed__(cls):
        return Link.peer.request("special", number_of_class(cls), "__reversed__", ())

    def __len__(cls):
        return Link.peer.request("special", number_of_class(cls), "__len__", ())

    def __contains__(cls, item):
        return Link.peer.request("special", number_of_class(cls), "__contains__", (item,))

    def __getitem__(cls, key):
        return Link.peer.request("item", number_of_class(cls), key)

    def __bool__(cls):
        return True

    def __instancecheck__(cls, value):
        # A class may know instances that don't derive from it.
        return type.__instancecheck__(cls, value) or is_remote(value) and Link.peer.request("instance", number_of_class(cls), value) is True


def number_of_class(cls):
    return type.__getattribute__(cls, "__dict__")["_rc_number"]


def _forward(name):
    def method(self, *arguments):
        return ask(self, name, *arguments)
    return method


def _call(self, *arguments, **keywords):
    return Link.peer.call(_get(self, "_rc_number"), arguments, keywords)


def _order(name):
    def method(self, other):
        if Link.guarded and is_plain(other):
            base = type.__getattribute__(type(self), "_rc_base")
            if base is not None:
                return getattr(base, name)(self, other)
            Link.undecided("an object of the solution, of the class " + type(self).__name__ + ", is compared with plain data")
        return ask(self, name, other)
    return method


def _arithmetic(name):
    def method(self, other, *modulus):
        result = ask(self, name, other, *modulus)
        if Link.guarded and result is not NotImplemented and is_plain(other):
            if not is_remote(result):
                Link.undecided("an object of the solution, of the class " + type(self).__name__ + ", computes with plain data")
            try:
                _set(result, "_rc_tainted", True)
            except AttributeError:
                pass
        return result
    return method


def _number(name):
    def method(self, *arguments):
        if Link.guarded and is_tainted(self):
            Link.undecided("an object of the solution, of the class " + type(self).__name__ + ", computes with plain data")
        result = ask(self, name, *arguments)
        if Link.guarded and is_remote(result) and is_tainted(self):
            _set(result, "_rc_tainted", True)
        return result
    return method


def _contains(self, item):
    if Link.guarded and is_plain(item):
        if hasattr(type(self), "__iter__") and "__iter__" in type.__getattribute__(type(self), "_rc_special"):
            for index, own in enumerate(self):
                if own is item or own == item:
                    return True
                if index > 10000:
                    break
        if ask(self, "__contains__", item):
            Link.undecided("only an object of the solution, of the class " + type(self).__name__ + ", can tell what it contains")
        return False
    return ask(self, "__contains__", item)


def _await(self):
    error = None
    while True:
        done, value = Link.peer.request("step", number_of(self), error)
        if done:
            return value
        try:
            error = None
            yield
        except BaseException as thrown:
            error = thrown


def _next(self):
    names = _get(self, "__dict__")
    buffer = names.get("_rc_buffer")
    if not buffer:
        if names.pop("_rc_ended", False):
            raise StopIteration(names.pop("_rc_value"))
        items, ended, value = Link.peer.request("next", number_of(self), names.get("_rc_many", 1))
        if not items:
            raise StopIteration(value)
        names["_rc_buffer"] = buffer = list(items[::-1])
        if ended:
            names.update(_rc_ended=True, _rc_value=value)
    return buffer.pop()


def _length_hint(self):
    """`list` asks for this, and `tuple`, `sorted` and `extend`: they will take all items, so these can come many at a time."""
    _get(self, "__dict__")["_rc_many"] = 2000
    return NotImplemented


METHODS = {name: _forward(name) for name in OTHERS}
METHODS.update({name: _order(name) for name in ORDER})
METHODS.update({name: _arithmetic(name) for name in ARITHMETIC})
METHODS.update({name: _number(name) for name in NUMBERS})
METHODS.update(__call__=_call, __contains__=_contains, __await__=_await, __next__=_next, __format__=RemoteObject.__format__)
for _name, _method in METHODS.items():
    _method.__name__ = _name
# These methods of plain types compare or hash by the value that has crossed.
KEPT_OF_PLAIN = ("__eq__", "__ne__", "__hash__", "__lt__", "__le__", "__gt__", "__ge__")
TEXTS = ("__repr__", "__str__", "__format__", "__dir__")
PLAIN_BASES = (int, float, complex, str, bytes, tuple, frozenset)


def _compare_plain(name, base_method):
    """Two objects of the solution compare as they like, all else by value."""
    def method(self, other):
        if type(type(other)) is RemoteType and not Link.peer.restoring:
            return ask(self, name, other)
        return base_method(self, other)
    method.__name__ = name
    return method


def make_class(number, name, qualified, module, doc, bases, special, compares, base, reals, real, kind, own):
    """The stand-in for a class. `base` is the type of plain data, container or exception that it derives from, or None."""
    root = RemoteAwaitable if kind == "coroutine" else RemoteObject
    if base is not None:
        root = RemoteError if issubclass(base, BaseException) else RemotePlain
    parents = tuple(bases)
    if not any(issubclass(parent, root) for parent in parents):
        parents += (root,)
    if base is not None and not any(issubclass(parent, base) for parent in parents):
        parents += (base,)
    names = {
        "_rc_number": number, "_rc_compares": frozenset(compares), "_rc_special": frozenset(special), "_rc_reals": tuple(reals),
        "_rc_base": base, "_rc_native": frozenset(dir(base)).difference(own) if base is not None else (),
        "__module__": module, "__qualname__": qualified, "__doc__": doc,
    }
    for method in special:
        require(type(method) is str)
        if method in METHODS and not (kind == "coroutine" and method == "__await__"):
            names[method] = METHODS[method]
    if kind == "iterator":
        names.update(__iter__=lambda self: self, __next__=_next, __length_hint__=_length_hint)
    if root is RemotePlain:
        for method in KEPT_OF_PLAIN + (() if "__contains__" in special else ("__contains__",)):
            native = getattr(base, method, None)
            names[method] = _compare_plain(method, native) if method in compares and method != "__hash__" else native
        for method in TEXTS:
            if method not in special:
                names[method] = getattr(base, method)
    if real is not None:
        names["__class__"] = property(lambda self: real)
    Link.making = True
    try:
        for used in (names["_rc_reals"], tuple(part for part in reals if base is None or not issubclass(part, base)), ()):
            names["_rc_reals"] = used
            try:
                return RemoteType(name, parents, names)
            except TypeError:  # a class whose instances lie otherwise in memory
                pass
        raise Malformed("a class that can't be")
    finally:
        Link.making = False


class RemotePlain(RemoteObject):
    """The base of stand-ins that derive from a type of plain data, or from a container: what its class doesn't override is here."""

    __slots__ = ()

    def __getattribute__(self, name):
        if name in type.__getattribute__(_get(self, "__class__"), "_rc_native"):
            return _get(self, name)
        return RemoteObject.__getattribute__(self, name)


class RemoteError(RemoteObject):
    """The base of stand-ins for exceptions: what every exception has is here, the rest in the other process."""

    __slots__ = ()

    def __getattribute__(self, name):
        if name in ERROR_NATIVES or name in NATIVE or name[:4] == "_rc_":
            return _get(self, name)
        return Link.peer.get_attribute(self, name)

    def __setattr__(self, name, value):
        if name in ERROR_NATIVES:
            _set(self, name, value)
        else:
            Link.peer.request("set", number_of(self), name, value)

    def __str__(self):
        if "__str__" in type.__getattribute__(type(self), "_rc_special"):
            return Link.peer.request("text", number_of(self), "str", "")
        return type.__getattribute__(type(self), "_rc_base").__str__(self)

    def __repr__(self):
        if "__repr__" in type.__getattribute__(type(self), "_rc_special"):
            return Link.peer.request("text", number_of(self), "repr", "")
        return type.__getattribute__(type(self), "_rc_base").__repr__(self)

    def __format__(self, specification):
        if "__format__" in type.__getattribute__(type(self), "_rc_special"):
            return Link.peer.request("text", number_of(self), "format", specification)
        return str(self).__format__(specification)


ERROR_NATIVES = frozenset((
    "args", "__traceback__", "__cause__", "__context__", "__suppress_context__", "__notes__", "with_traceback", "add_note", "__dict__",
))

Link.making = False
