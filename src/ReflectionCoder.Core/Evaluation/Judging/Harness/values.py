"""What a candidate gives back, as lines that hold data and nothing else (codec.py).

A short value is its encoding, after V. A long one is a digest, after H: if the digest isn't the expected one, the other process
may still ask for the encoding. So equal lines mean equal values, apart from the kinds in DOUBTFUL. An instance of a class that
isn't data becomes the built-in value that it extends, or `Opaque`, which equals nothing: its own `__eq__` stays behind.
"""
import hashlib
import marshal

DOUBTFUL = (b"NaN", b'["opaque"', b'["np"', b'["no"')  # equal lines, and yet maybe not equal as Python compares
LONG = 4096  # bytes of a value that is sent as a digest
MANY = 512  # items of a list, likewise
EXTENDED = (int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict)


class Opaque:
    """An object that isn't data. It equals nothing; it can be iterated if it was asked for its items."""

    def __init__(self, name, items=None):
        self.name, self.items = name, items

    def __iter__(self):
        if self.items is None:
            raise TypeError("'" + self.name + "' object is not iterable")
        return iter(self.items)

    def __eq__(self, other):
        return False

    __hash__ = None

    def __repr__(self):
        return "<" + self.name + " object>"


class OutputCodec(Codec):
    """Can write every object, if only as its kind. With items, an object that can be iterated also gives what it holds."""

    def __init__(self, items=False):
        super().__init__()
        self.items = items
        self.unpackers.update(extends=self.unpack_extended, opaque=self.unpack_opaque)

    def pack_other(self, value):
        try:
            return super().pack_other(value)
        except CannotEncode:
            pass
        kind = type(value)
        for base in EXTENDED:
            if issubclass(kind, base):
                return ["extends", self.pack(base(value))]
        items = self.pack_all(list(value)) if self.items and hasattr(kind, "__iter__") else None
        return ["opaque", kind.__name__, items]

    def unpack_extended(self, tree):
        value = self.unpack(tree)
        kind = type(value)
        require(kind in EXTENDED)
        return type(kind.__name__ + " subclass", (kind,), {})(value)

    def unpack_opaque(self, name, items):
        require(type(name) is str)
        return Opaque(name, items if items is None else self.unpack_all(items))


class Lines:
    """Makes lines of values."""

    def __init__(self, items=False):
        self.codec = OutputCodec(items)

    def short(self, value):
        return b"V" + self.codec.encode(value)

    def of(self, value, before_long=None):
        """The value's line. What is given is called first if it may take long."""
        kind = type(value)
        try:
            if kind is list or kind is tuple:
                if len(value) > MANY:
                    if before_long:
                        before_long()
                    return digest_of_items(value)
                if kind is list and SCALARS.issuperset(map(type, value)):
                    return self.short(value)
            if kind in SCALARS and kind is not str and kind is not int:
                return self.short(value)
            content = marshal.dumps(value, 2)
        except ValueError:
            return self.short(value)  # not only what marshal knows
        return self.short(value) if len(content) <= LONG else b"H" + hashlib.sha256(content).hexdigest().encode()


def digest_of_items(value):
    """The digest of a long list or tuple, made of parts, as a copy of all would need as much memory again."""
    digest = hashlib.sha256(b"%s %d" % (type(value).__name__.encode(), len(value)))
    for start in range(0, len(value), MANY):
        digest.update(marshal.dumps(value[start:start + MANY], 2))
    return b"H" + digest.hexdigest().encode()


def equals_itself(value):
    """Whether a copy of a value would equal it, which NaN in it prevents."""
    try:
        if type(value) in (list, tuple):
            return all(equals_itself(item) for item in value) if len(value) <= MANY else all(
                marshal.loads(marshal.dumps(part, 2)) == part
                for part in (value[start:start + MANY] for start in range(0, len(value), MANY))
            )
        return marshal.loads(marshal.dumps(value, 2)) == value
    except ValueError:
        return True


def from_line(line):
    """The value of a short line. Raises Malformed if it is no value's."""
    require(line[:1] == b"V")
    return OutputCodec().decode(line[1:])
