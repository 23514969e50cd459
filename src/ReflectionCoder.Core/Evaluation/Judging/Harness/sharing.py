"""Containers that both processes have: each keeps a real object of its own, and changes follow when control passes to the other side.

A container that crosses gets a number, even from the tests' process and odd from the solution's. Whoever gives up control sends what has
changed since the last time; the other side changes its object in place. So `f(x) is x` holds, and so does a change of an argument.
A side that no longer refers to a container tells the other, and both forget its number; what lives on is then an object like any other.
"""
import sys
from _operator import is_
from collections import Counter, OrderedDict, defaultdict, deque

from rc_judge_codec import Codec, Malformed, require

_references = sys.getrefcount


def _of_list(value):
    return list.copy(value)


def _to_list(value, items):
    list.__setitem__(value, slice(None), items)


def _of_dict(value):
    return [*dict.keys(value), *dict.values(value)]


def _to_dict(value, items):
    half = len(items) // 2
    dict.clear(value)
    for key, item in zip(items[:half], items[half:]):
        dict.__setitem__(value, key, item)
    require(len(items) == 2 * half == 2 * len(value), "a dict with equal keys")


def _of_ordered(value):
    return [*OrderedDict.keys(value), *OrderedDict.values(value)]


def _to_ordered(value, items):
    half = len(items) // 2
    OrderedDict.clear(value)
    for key, item in zip(items[:half], items[half:]):
        OrderedDict.__setitem__(value, key, item)
    require(len(items) == 2 * half == 2 * len(value), "a dict with equal keys")


def _of_set(value):
    return list(set.__iter__(value))


def _to_set(value, items):
    set.clear(value)
    set.update(value, items)
    require(len(items) == len(value), "a set with equal members")


def _of_deque(value):
    return list(deque.__iter__(value))


def _to_deque(value, items):
    deque.clear(value)
    deque.extend(value, items)


def _of_bytes(value):
    return bytes(value)


def _to_bytes(value, content):
    bytearray.__setitem__(value, slice(None), content)


def _of_array(value):
    if value.dtype.kind == "O":
        return value.ravel().tolist()
    return value.tobytes()


def _to_array(value, content):
    import numpy
    if type(content) is list:
        value.flat = content
    else:
        value[...] = numpy.frombuffer(content, value.dtype).reshape(value.shape)


# How a kind is called in messages, and what reads and writes its content.
KINDS = {
    list: ("l", _of_list, _to_list),
    dict: ("d", _of_dict, _to_dict),
    set: ("s", _of_set, _to_set),
    bytearray: ("B", _of_bytes, _to_bytes),
    deque: ("q", _of_deque, _to_deque),
    OrderedDict: ("O", _of_ordered, _to_ordered),
    Counter: ("C", _of_dict, _to_dict),
    defaultdict: ("dd", _of_dict, _to_dict),
}
BY_NAME = {name: kind for kind, (name, _, _) in KINDS.items()}
MOST_SPECIAL_FIRST = (Counter, OrderedDict, defaultdict, deque, list, dict, set, bytearray)
WITH_KEYS = {"d", "O", "C", "dd"}
HASHED = WITH_KEYS | {"s"}


class Entry:
    """A container with a number."""

    __slots__ = ("value", "seen", "name", "read", "write", "pinned")

    def __init__(self, value, name, read, write, pinned):
        self.value, self.name, self.read, self.write, self.pinned = value, name, read, write, pinned
        self.seen = None  # the content when both sides last agreed on it


def unchanged(seen, now):
    if type(now) is bytes:
        return seen == now
    return len(seen) == len(now) and all(map(is_, seen, now))


class SharingCodec(Codec):
    def __init__(self, side):
        super().__init__()
        self.side = side  # 0 or 1: which numbers this process gives
        self.next_number = side
        self.shared = {}
        self.numbers = {}  # by id
        self.fresh = []
        self.hashing = False  # whether what is packed must be sent with its hash
        for kind in KINDS:
            self.packers[kind] = self.pack_container
        for tag in ("l", "d", "s", "B", "q", "O", "C", "dd", "np", "no"):
            del self.unpackers[tag]
        self.unpackers["#"] = self.unpack_container
        self.unpackers["np"] = self.unpack_number_of_numpy

    def new_number(self):
        number = self.next_number
        self.next_number += 2
        return number

    def theirs(self, number):
        return type(number) is int and number >= 0 and number & 1 != self.side

    # Sending

    def pack_container(self, value, kind=None, pinned=False):
        number = self.numbers.get(id(value))
        if number is None:
            number = self.new_number()
            self.add(number, value, KINDS[kind or type(value)], pinned)
            self.fresh.append(number)
        return ["#", number]

    def pack_array(self, value):
        number = self.numbers.get(id(value))
        if number is None:
            if value.dtype.kind not in "biufcSUmMO":
                return self.pack_object(value)
            number = self.new_number()
            self.add(number, value, ("np", _of_array, _to_array), False)
            self.fresh.append(number)
        return ["#", number]

    def add(self, number, value, kind, pinned):
        self.shared[number] = Entry(value, *kind, pinned)
        self.numbers[id(value)] = number

    def pack_changes(self):
        """What this side has changed since the last time."""
        changed = []
        for number, entry in list(self.shared.items()):
            now = entry.read(entry.value)
            if not unchanged(entry.seen, now):
                entry.seen = now
                changed.append([number, self.pack_content(entry, now)])
        return changed

    def pack_content(self, entry, now):
        if type(now) is bytes:
            return now.decode("latin-1")
        if entry.name not in HASHED:
            return self.pack_all(now)
        half = len(now) // 2 if entry.name in WITH_KEYS else len(now)
        self.hashing = True
        try:
            keys = self.pack_all(now[:half])
        finally:
            self.hashing = False
        return keys + self.pack_all(now[half:]) if half < len(now) else keys

    def pack_fresh(self):
        """The containers that cross for the first time; packing one may find others."""
        packed = []
        for number in self.fresh:
            entry = self.shared[number]
            entry.seen = now = entry.read(entry.value)
            packed.append([number, *self.describe_container(entry), self.pack_content(entry, now)])
        self.fresh = []
        return packed

    def describe_container(self, entry):
        value = entry.value
        extra = None
        if entry.name == "q":
            extra = value.maxlen
        elif entry.name == "dd":
            extra = self.pack(value.default_factory)
        elif entry.name == "np":
            extra = [value.dtype.str, list(value.shape)]
        kind = None if entry.name == "np" or type(value) in KINDS else self.pack_class_of(value)
        return entry.name, kind, extra

    def pack_class_of(self, value):
        return self.pack(type(value))

    def forget_unused(self):
        """Forgets the containers that only the table refers to here. Those come first that hold others."""
        forgotten = []
        for number in list(self.shared):
            entry = self.shared[number]
            if not entry.pinned and _references(entry.value) <= 2:
                forgotten.append(number)
                self.drop(number)
            entry = None
        return forgotten

    def drop(self, number):
        entry = self.shared.pop(number)
        del self.numbers[id(entry.value)]

    # Receiving

    def unpack_fresh(self, trees):
        """Makes the containers, empty as yet, because each may hold any other."""
        require(type(trees) is list)
        for tree in trees:
            require(type(tree) is list and len(tree) == 5)
            number, name, kind, extra, _ = tree
            require(self.theirs(number) and number not in self.shared)
            if name == "np":
                value, handlers = self.make_array(extra), ("np", _of_array, _to_array)
            else:
                require(type(name) is str and name in BY_NAME)
                base = BY_NAME[name]
                handlers = KINDS[base]
                if kind is not None:
                    value = self.make_instance(number, self.unpack(kind), base)
                elif name == "dd":
                    factory = self.unpack(extra)
                    require(factory is None or callable(factory))
                    value = defaultdict(factory)
                elif name == "q":
                    require(extra is None or type(extra) is int and extra >= 0)
                    value = deque((), extra)
                else:
                    value = base()
            self.add(number, value, handlers, False)

    def make_array(self, extra):
        import numpy
        kind, shape = extra
        require(type(kind) is str and len(kind) < 24 and kind[:1] in "<>|=" and kind[1:2] in "biufcSUmMO")
        return numpy.zeros(self.integers(shape, len(shape)), numpy.dtype(kind))

    def make_instance(self, number, kind, base):
        raise Malformed("an instance of a class")

    def unpack_contents(self, trees):
        for tree in trees:
            number, content = tree[0], tree[-1]
            require(type(number) is int and number in self.shared, "a container that isn't shared")
            entry = self.shared[number]
            if type(content) is str:
                require(entry.name in ("B", "np"))
                items = content.encode("latin-1")
            else:
                require(entry.name != "B")
                items = self.unpack_all(content)
            if entry.name == "q" and len(items) > (len(items) if entry.value.maxlen is None else entry.value.maxlen):
                raise Malformed("a deque that is too long")
            entry.write(entry.value, items)
            entry.seen = entry.read(entry.value)

    def unpack_container(self, number):
        require(type(number) is int and number in self.shared, "a container that isn't shared")
        return self.shared[number].value

    def unpack_forgotten(self, numbers):
        require(type(numbers) is list)
        for number in numbers:
            require(type(number) is int and number in self.shared, "a container that isn't shared")
            self.drop(number)

    def unpack_number_of_numpy(self, kind, shape, content):
        require(shape is None)
        return self.unpack_array(kind, shape, content)
