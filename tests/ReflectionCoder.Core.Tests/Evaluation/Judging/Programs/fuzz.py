"""Changes true messages at random, and gives them to what reads messages in the tests' process. Standard input: a seed."""
import os
import random
import sys
import time
import warnings

from rc_judge_codec import Codec, Malformed, decode, read_tree
from rc_judge_peer import Peer, is_public
from rc_judge_proxies import Link
from rc_judge_tests import TestPeer

warnings.simplefilter("ignore")
SECONDS = 1.5
nowhere = os.open(os.devnull, os.O_RDWR)
solution = {"__name__": "solution"}
exec('''
import asyncio, datetime, functools, re
from collections import Counter, defaultdict, deque, namedtuple
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction

class Node:
    def __init__(self, v, n=None): self.v, self.n = v, n
    def __eq__(self, o): return self.v == o.v
    def __hash__(self): return hash(self.v)
class Sub(Node):
    def __len__(self): return 3
class Items(list):
    def append(self, x): pass
class Names(dict): pass
Pair = namedtuple("Pair", "a b")
class Color(Enum): R = 1
class Level(IntEnum): A = 1
class Error(Exception):
    def __init__(self, c): self.c = c
class Both(Error, ValueError): pass
@dataclass
class Data: x: int = 1
def numbers(): yield 1
async def later(): return 1

cause = Both(3)
cause.__cause__ = ValueError(1, "x")
shared = [1]
VALUES = [
    [1, "a", None], {"a": [1, {2: 3}]}, {Node(1): 2}, {Node(2), 3}, Items([1, 2]), Names(a=shared), Sub(1), Pair(1, [2]), list(Color), Level.A,
    numbers(), later(), numbers, len, int, Node, Error, cause, OSError(2, "x", "f"), KeyError("k"), (shared, shared), Counter("aa"),
    deque([1], 2), defaultdict(list, {1: [2]}), Data(), Data.__dataclass_fields__, bytearray(b"ab"), b"x", 1.5, 10 ** 9000, Decimal("1"),
    Fraction(1, 2), datetime.datetime(2024, 1, 1), re.match("a", "a"), {1: 2}.keys(), Node.__dict__, functools.partial(max, 1),
    Node.__init__.__code__, iter([1]), map(str, [1]), range(3), slice(1), Node(1).__eq__, asyncio,
]
''', solution)


class Failed(Exception):
    pass


class Report:
    silent, input = (sys.stdout, sys.stderr), None

    def failed(self, *reasons):
        raise Failed

    undecided = end_like_candidate = failed


def true_message(value):
    receiving, sending = os.pipe()
    peer = Peer(receiving, sending, 1)
    peer.may_name = is_public
    peer.send("ok", [value])
    content = os.read(receiving, 1 << 20)[8:]
    os.close(receiving)
    os.close(sending)
    return content


def tests_side():
    peer = Link.peer = TestPeer(nowhere, nowhere, Report())
    return peer


def collect(tree):
    parts.append(tree)
    if type(tree) is list:
        for part in tree:
            collect(part)


def change(tree, rate):
    if random.random() < rate:
        return random.choice(parts)
    if type(tree) is not list:
        return tree
    tree = [change(part, rate) for part in tree]
    if tree and random.random() < rate:
        del tree[random.randrange(len(tree))]
    if random.random() < rate:
        tree.insert(random.randrange(len(tree) + 1), random.choice(parts))
    return tree


random.seed(int(input()))
Link.guarded, Link.undecided = True, Report().undecided
messages = [true_message(value) for value in solution["VALUES"]]
trees = [read_tree(message) for message in messages]
parts = [0, 1, -1, 3, 2 ** 70, 1.5, True, None, "", "x", [], [[]], {}, ["@", 0], ["#", 1], ["k", "os", "system"], "eval", "__class__", "l", "np"]
for tree in trees:
    collect(tree)
    tests_side().restore(tree)

end = time.process_time() + SECONDS
refused = 0
while time.process_time() < end:
    try:
        tests_side().restore(change(random.choice(trees), random.choice([0.003, 0.01, 0.03, 0.1])))
    except Failed:
        refused += 1

# The same for what reads data alone, and for bytes.
data = [Codec().encode(value) for value in [{"a": [1, 2.5, (None, True)]}, {1, "x"}, b"ab", 10 ** 6000, 1j, range(3)]]
end = time.process_time() + SECONDS
while time.process_time() < end:
    content = bytearray(random.choice(data + messages))
    for _ in range(random.randrange(1, 4)):
        place = random.randrange(len(content))
        if random.random() < 0.5:
            content[place] = random.choice(b'[]",0123456789tlsdqDFO')
        else:
            del content[place]
    try:
        decode(bytes(content))
    except Malformed:
        refused += 1
print("only refused" if refused > 1000 else refused)
