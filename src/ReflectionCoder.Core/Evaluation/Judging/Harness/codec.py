"""Writes values as bytes that can express nothing but data, and reads such bytes from a writer that nobody trusts.

    encode(value)      the bytes; CannotEncode if something in it isn't data
    decode(content)    the value; Malformed if the bytes aren't an encoding, whatever they are

Types are kept exactly: None, bool, int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict, range, slice, Ellipsis,
NotImplemented; deque, OrderedDict, Counter, defaultdict; Decimal, Fraction; date, time, datetime, timedelta, timezone; UUID; pure paths and
paths; arrays and scalars of numpy. Aliases become copies; cycles can't be written. Instances of subclasses can't be written; a `Codec` with
a `pack_other` of its own can.

The form is JSON: numbers, strings, true, false and null are themselves, all else is an array that starts with a tag. Python has a
reader and a writer for JSON in C. No attribute of a class is ever set, no class is looked up by name, and only
constructors of the types above run.
"""
import sys

try:
    from _json import make_encoder, make_scanner

    class _Context:
        strict = False
        object_hook = object_pairs_hook = None
        parse_float, parse_int = float, int
        memo = {}

        @staticmethod
        def parse_constant(name):
            return {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}[name]

    from _json import encode_basestring
    _scan = make_scanner(_Context)
    _write = make_encoder(None, None, encode_basestring, None, ":", ",", False, False, True)
    _scan("[1, -2.5]", 0), _write([1, "a", None], 0)
except (ImportError, TypeError, AttributeError):  # another Python
    import json
    _scan = json.JSONDecoder(strict=False).raw_decode
    _encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))

    def _write(tree, _):
        return (_encoder.encode(tree),)

SCALARS = frozenset((int, str, float, bool, type(None)))
DIGITS = 4300  # more in an int than this isn't written in decimal, which would take quadratic time
SMALL = 1 << 8192
LONGEST_INTEGER = 1 << 24  # hexadecimal digits
LARGEST = 1 << 29  # bytes
DEEPEST = 200
MOST = 20_000_000  # parts of a value

_digits = getattr(sys, "get_int_max_str_digits", None)


class CannotEncode(TypeError):
    """The value isn't data."""


class TooLarge(CannotEncode):
    """It is data, but too much of it."""


class Malformed(Exception):
    """What the other process wrote is no encoding."""


def write_tree(tree):
    """JSON text of what `pack` gives. ValueError if a number in it is too long."""
    if _digits is None or _digits() == DIGITS:
        return "".join(_write(tree, 0))
    limit = _digits()
    sys.set_int_max_str_digits(DIGITS)
    try:
        return "".join(_write(tree, 0))
    finally:
        sys.set_int_max_str_digits(limit)


def read_tree(content):
    try:
        text = content.decode("utf-8", "surrogatepass")
        if _digits is None or _digits() == DIGITS:
            tree, end = _scan(text, 0)
        else:
            limit = _digits()
            sys.set_int_max_str_digits(DIGITS)
            try:
                tree, end = _scan(text, 0)
            finally:
                sys.set_int_max_str_digits(limit)
    except (ValueError, StopIteration, RecursionError, KeyError) as error:
        raise Malformed("not JSON: " + type(error).__name__) from None
    if end != len(text):
        raise Malformed("more than one value")
    return tree


def require(condition, what="a message that makes no sense"):
    if not condition:
        raise Malformed(what)


class Codec:
    """Turns values into trees of JSON and back. A subclass can add kinds of values, or treat known ones otherwise."""

    def __init__(self):
        self.careful = False  # whether long integers must be looked for
        self.depth = 0
        self.parts = 0
        self.packers = {kind: getattr(self, "pack_" + name) for kind, name in PACKED.items()}
        self.unpackers = {tag: getattr(self, "unpack_" + name) for tag, name in UNPACKED.items()}

    def encode(self, value):
        try:
            try:
                return write_tree(self.pack(value)).encode("utf-8", "surrogatepass")
            except ValueError:
                self.careful = True
                return write_tree(self.pack(value)).encode("utf-8", "surrogatepass")
            finally:
                self.careful, self.depth, self.parts = False, 0, 0
        except RecursionError:
            raise CannotEncode("the data is nested too deeply") from None

    def decode(self, content):
        require(len(content) <= LARGEST, "a message that is too long")
        self.depth = 0
        return self.unpack(read_tree(content))

    def pack(self, value):
        kind = type(value)
        if kind in SCALARS:
            if self.careful and kind is int and not -SMALL < value < SMALL:
                return ["i", hex(value)]
            return value
        packer = self.packers.get(kind)
        return self.pack_other(value) if packer is None else packer(value)

    def pack_all(self, values):
        """The packed values as a list; values itself if they are plain already."""
        self.parts += len(values)
        if self.parts > MOST:
            raise TooLarge("a value of more than %d parts" % MOST)
        if SCALARS.issuperset(map(type, values)) and not self.careful:
            return values if type(values) is list else list(values)
        self.depth += 1
        if self.depth > DEEPEST:
            raise CannotEncode("the data is nested too deeply")
        packed = [self.pack(value) for value in values]
        self.depth -= 1
        return packed

    def pack_other(self, value):
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(value, numpy.generic) and value.dtype.kind in "biufcSUmM":
            return ["np", value.dtype.str, None, value.tobytes().decode("latin-1")]
        if numpy is not None and type(value) is numpy.ndarray:
            return self.pack_array(value)
        module = type(value).__module__
        if module == "uuid" and type(value).__name__ == "UUID":
            return ["U", hex(value.int)]
        if module == "pathlib" and type(value).__name__ in PATHS:
            return ["P", type(value).__name__, str(value)]
        if module in ("decimal", "fractions", "datetime", "_pydatetime"):
            packer = getattr(self, "pack_" + type(value).__name__, None)
            if packer is not None and type(value) is getattr(sys.modules.get(module), type(value).__name__, None):
                return packer(value)
        raise CannotEncode("an object of the class " + type(value).__name__ + " is no data")

    def unpack(self, tree):
        kind = type(tree)
        if kind in SCALARS:
            return tree
        require(kind is list and tree and type(tree[0]) is str)
        unpacker = self.unpackers.get(tree[0])
        require(unpacker is not None, "an unknown kind of value")
        try:
            return unpacker(*tree[1:])
        except Malformed:
            raise
        except (TypeError, ValueError, OverflowError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
            raise Malformed("a value that can't be: " + type(error).__name__ + ": " + str(error)[:200]) from None

    def unpack_all(self, trees):
        """A list of its own."""
        require(type(trees) is list)
        if SCALARS.issuperset(map(type, trees)):
            return trees
        self.depth += 1
        require(self.depth <= 2 * DEEPEST, "data that is nested too deeply")
        values = [self.unpack(tree) for tree in trees]
        self.depth -= 1
        return values

    # Each kind of value, and back.

    def pack_list(self, value):
        return ["l", self.pack_all(value)]

    def unpack_list(self, items):
        return self.unpack_all(items)

    def pack_tuple(self, value):
        return ["t", self.pack_all(value)]

    def unpack_tuple(self, items):
        return tuple(self.unpack_all(items))

    def pack_set(self, value):
        return ["s", self.pack_all(list(value))]

    def unpack_set(self, items):
        return self.distinct(set, items)

    def pack_frozenset(self, value):
        return ["f", self.pack_all(list(value))]

    def unpack_frozenset(self, items):
        return self.distinct(frozenset, items)

    def distinct(self, kind, items):
        value = kind(self.unpack_all(items))
        require(len(value) == len(items), "a set with equal members")
        return value

    def pack_dict(self, value):
        return ["d", self.pack_all(list(value)), self.pack_all(list(value.values()))]

    def unpack_dict(self, keys, values, kind=dict):
        keys, values = self.unpack_all(keys), self.unpack_all(values)
        require(len(keys) == len(values))
        value = kind()
        for key, item in zip(keys, values):
            dict.__setitem__(value, key, item) if kind is not ordered_dict() else value.__setitem__(key, item)
        require(len(value) == len(keys), "a dict with equal keys")
        return value

    def pack_ordered(self, value):
        return ["O", *self.pack_dict(value)[1:]]

    def unpack_ordered(self, keys, values):
        return self.unpack_dict(keys, values, ordered_dict())

    def pack_counter(self, value):
        return ["C", *self.pack_dict(value)[1:]]

    def unpack_counter(self, keys, values):
        from collections import Counter
        return self.unpack_dict(keys, values, Counter)

    def pack_defaultdict(self, value):
        factory = value.default_factory
        name = None if factory is None else FACTORIES.get(factory) if isinstance(factory, type) else ""
        if name == "" or factory is not None and name is None:
            raise CannotEncode("a defaultdict with a factory of its own is no data")
        return ["dd", name, *self.pack_dict(value)[1:]]

    def unpack_defaultdict(self, factory, keys, values):
        value = default_dict()(None if factory is None else FACTORY_NAMES[factory])
        dict.update(value, self.unpack_dict(keys, values))
        return value

    def pack_deque(self, value):
        return ["q", self.pack_all(list(value)), value.maxlen]

    def unpack_deque(self, items, longest):
        require(longest is None or type(longest) is int)
        return deque()(self.unpack_all(items), longest)

    def pack_bytes(self, value):
        return ["b", value.decode("latin-1")]

    def unpack_bytes(self, text):
        return text.encode("latin-1")

    def pack_bytearray(self, value):
        return ["B", value.decode("latin-1")]

    def unpack_bytearray(self, text):
        return bytearray(text.encode("latin-1"))

    def unpack_integer(self, text):
        require(type(text) is str and len(text) <= LONGEST_INTEGER, "an integer that is too long")
        return int(text, 16)

    def pack_complex(self, value):
        return ["c", value.real, value.imag]

    def unpack_complex(self, real, imaginary):
        require(type(real) is float and type(imaginary) is float)
        value = complex(real, imaginary)
        return value

    def pack_range(self, value):
        return ["r", *map(self.pack, (value.start, value.stop, value.step))]

    def unpack_range(self, *parts):
        return range(*self.integers(parts, 3))

    def pack_slice(self, value):
        return ["S", *map(self.pack, (value.start, value.stop, value.step))]

    def unpack_slice(self, start, stop, step):
        return slice(self.unpack(start), self.unpack(stop), self.unpack(step))

    def pack_ellipsis(self, value):
        return ["E"]

    def unpack_ellipsis(self):
        return ...

    def pack_notimplemented(self, value):
        return ["N"]

    def unpack_notimplemented(self):
        return NotImplemented

    def integers(self, parts, count):
        parts = [self.unpack(part) for part in parts]
        require(len(parts) == count and all(type(part) is int for part in parts))
        return parts

    def pack_Decimal(self, value):
        return ["D", str(value)]

    def unpack_decimal(self, text):
        from decimal import Decimal
        require(type(text) is str)
        return Decimal(text)

    def pack_Fraction(self, value):
        self_careful, self.careful = self.careful, True
        try:
            return ["F", self.pack(value.numerator), self.pack(value.denominator)]
        finally:
            self.careful = self_careful

    def unpack_fraction(self, *parts):
        from fractions import Fraction
        return Fraction(*self.integers(parts, 2))

    def pack_date(self, value):
        return ["date", value.year, value.month, value.day]

    def unpack_date(self, *parts):
        from datetime import date
        return date(*self.integers(parts, 3))

    def pack_time(self, value):
        return ["time", value.hour, value.minute, value.second, value.microsecond, value.fold, self.pack(value.tzinfo)]

    def unpack_time(self, *parts):
        from datetime import time
        *parts, fold, zone = parts
        return time(*self.integers(parts, 4), tzinfo=self.zone(zone), fold=self.integers([fold], 1)[0])

    def pack_datetime(self, value):
        return ["datetime", value.year, value.month, value.day, *self.pack_time(value)[1:]]

    def unpack_datetime(self, *parts):
        from datetime import datetime
        *parts, fold, zone = parts
        return datetime(*self.integers(parts, 7), tzinfo=self.zone(zone), fold=self.integers([fold], 1)[0])

    def zone(self, tree):
        require(tree is None or type(tree) is list and tree and tree[0] == "zone")
        return self.unpack(tree)

    def pack_timedelta(self, value):
        return ["delta", value.days, value.seconds, value.microseconds]

    def unpack_timedelta(self, *parts):
        from datetime import timedelta
        return timedelta(*self.integers(parts, 3))

    def pack_timezone(self, value):
        return ["zone", *self.pack_timedelta(value.utcoffset(None))[1:], value.tzname(None)]

    def unpack_timezone(self, days, seconds, microseconds, name):
        from datetime import timezone
        offset = self.unpack_timedelta(days, seconds, microseconds)
        plain = timezone(offset)
        require(type(name) is str)
        return timezone.utc if not offset and name == "UTC" else plain if plain.tzname(None) == name else timezone(offset, name)

    def unpack_uuid(self, text):
        from uuid import UUID
        return UUID(int=self.unpack_integer(text))

    def unpack_path(self, kind, text):
        import pathlib
        require(kind in PATHS and type(text) is str)
        return getattr(pathlib, kind)(text)

    def pack_array(self, value):
        if value.dtype.kind in "biufcSUmM":
            return ["np", value.dtype.str, list(value.shape), value.tobytes().decode("latin-1")]
        if value.dtype.kind == "O":
            return ["no", list(value.shape), self.pack_all(value.ravel().tolist())]
        raise CannotEncode("an array of " + str(value.dtype) + " is no data")

    def unpack_array(self, kind, shape, content):
        import numpy
        require(type(kind) is str and len(kind) < 24 and kind[:1] in "<>|=" and kind[1:2] in "biufcSUmM" and type(content) is str)
        values = numpy.frombuffer(content.encode("latin-1"), numpy.dtype(kind))
        if shape is None:
            require(len(values) == 1)
            return values[0]
        return values.reshape(self.integers(shape, len(shape))).copy()

    def unpack_object_array(self, shape, items):
        import numpy
        items = self.unpack_all(items)
        value = numpy.empty(len(items), object)
        for index, item in enumerate(items):
            value[index] = item
        return value.reshape(self.integers(shape, len(shape)))


def ordered_dict():
    from collections import OrderedDict
    return OrderedDict


def default_dict():
    from collections import defaultdict
    return defaultdict


def deque():
    from collections import deque
    return deque


PATHS = ("PurePath", "PurePosixPath", "PureWindowsPath", "Path", "PosixPath", "WindowsPath")
FACTORIES = {kind: kind.__name__ for kind in (bool, int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict)}
FACTORY_NAMES = {name: kind for kind, name in FACTORIES.items()}
PACKED = {
    list: "list", tuple: "tuple", set: "set", frozenset: "frozenset", dict: "dict", bytes: "bytes", bytearray: "bytearray",
    complex: "complex", range: "range", slice: "slice", type(...): "ellipsis", type(NotImplemented): "notimplemented",
    ordered_dict(): "ordered", default_dict(): "defaultdict", deque(): "deque", __import__("collections").Counter: "counter",
}
UNPACKED = {
    "l": "list", "t": "tuple", "s": "set", "f": "frozenset", "d": "dict", "b": "bytes", "B": "bytearray", "c": "complex", "r": "range",
    "S": "slice", "E": "ellipsis", "N": "notimplemented", "O": "ordered", "dd": "defaultdict", "q": "deque", "C": "counter",
    "i": "integer", "D": "decimal", "F": "fraction", "date": "date", "time": "time", "datetime": "datetime", "delta": "timedelta",
    "zone": "timezone", "U": "uuid", "P": "path", "np": "array", "no": "object_array",
}


def encode(value):
    return Codec().encode(value)


def decode(content):
    return Codec().decode(content)
