"""Decides whether an output is right, by the rules of EvalPlus and of LiveCodeBench. Runs where no candidate can reach."""
import math


class NumpyMissing(Exception):
    """The rules need numpy, and it isn't installed."""


class Comparison:
    """Compares the outputs of one part of a task's inputs, in their order.

    The rules are a dictionary: `oracle`, `atol`, `rtol`, `float_atol`. The last one becomes the tolerance of this and every later
    input as soon as one expected output is a float or holds only floats, unless the task has a tolerance of its own.
    """

    def __init__(self, rules, inputs, lines, first_floats):
        self.oracle, self.rtol = rules["oracle"], rules["rtol"]
        self.atol, self.float_atol = rules["atol"], rules["float_atol"]
        self.inputs, self.lines = inputs, lines
        self.first_floats = len(lines) if first_floats is None else first_floats

    def is_plainly_right(self, index, line):
        """Whether a line says the same as the expected one, so that nothing more needs to be known."""
        return line == self.lines[index] and self.oracle not in ("root", "not-none") and not any(doubt in line for doubt in DOUBTFUL)

    def is_right(self, index, output, expected):
        """Whether a value is right for an input. Never raises an error of the candidate's."""
        try:
            return bool(self.decide(index, output, expected))
        except NumpyMissing:
            raise
        except ImportError as error:
            raise NumpyMissing from error
        except Exception:
            return False  # what can't be compared isn't right

    def decide(self, index, output, expected):
        oracle = self.oracle
        if oracle == "call":
            return output == expected
        atol = self.float_atol if self.atol == 0 and index >= self.first_floats else self.atol
        if oracle == "root":
            coefficients, = self.inputs(index)
            value = sum(coefficient * math.pow(output, power) for power, coefficient in enumerate(coefficients))
            return abs(value) <= self.atol
        exact = output == expected
        if oracle == "any":
            return True
        if oracle == "set":
            exact = set(output) == set(expected)
        elif oracle == "not-none":
            exact = output == expected if isinstance(output, bool) else expected == (output is not None)
        elif oracle == "zero":
            exact = exact or output == 0
        elif oracle == "surface-area":
            # The tolerance of the inputs so far: this check precedes the one that looks at the expected output.
            before = self.float_atol if self.atol == 0 and index > self.first_floats else self.atol
            exact = exact or abs(output - surface_area(*self.inputs(index))) <= before
        elif oracle == "digit-distance":
            exact = exact or output == digit_distance(*self.inputs(index))
        if exact or atol == 0:
            return exact
        return is_close(output, expected, self.rtol, atol)


def surface_area(edge, height):
    """Of a square pyramid whose height is measured upright, rounded."""
    slant = math.sqrt((edge / 2) ** 2 + height ** 2)
    return round(edge * edge + 2 * edge * slant)


def digit_distance(first, second):
    """Sum of the differences between digits in the same places, the shorter number filled up with zeros in front."""
    first, second = str(first), str(second)
    width = max(len(first), len(second))
    return sum(abs(int(a) - int(b)) for a, b in zip(first.zfill(width), second.zfill(width)))


def is_floats(value):
    """Whether a tolerance applies: a float, or a list or tuple that holds only floats, at least one."""
    if isinstance(value, float):
        return True
    if isinstance(value, (list, tuple)) and value:
        return all(isinstance(item, float) for item in value)
    dtype = getattr(value, "dtype", None)
    return dtype is not None and getattr(value, "shape", ()) != () and str(dtype) in ("float64", "float32")


def is_close(output, expected, rtol, atol):
    if type(output) is not type(expected):
        return False
    if isinstance(expected, (list, tuple)) and len(output) != len(expected):
        return False
    pairs = []
    if pair_up(output, expected, pairs):
        return all(near(a, b, rtol, atol) for a, b in pairs)
    try:
        import numpy
    except ImportError as error:
        raise NumpyMissing from error
    return numpy.allclose(output, expected, rtol=rtol, atol=atol)


def pair_up(output, expected, pairs):
    """Pairs the numbers of values of the same rectangular shape. If they have none, only numpy knows what is to be done."""
    shape = shape_of(output)
    if shape is None or shape != shape_of(expected):
        return False
    collect(output, expected, pairs)
    return True


def shape_of(value):
    kind = type(value)
    if kind is float or kind is bool or kind is int and -1 << 63 <= value < 1 << 63:
        return ()
    if kind is not list and kind is not tuple:
        return None
    shapes = {shape_of(item) for item in value}
    if None in shapes or len(shapes) > 1:
        return None
    return (len(value),) + (shapes.pop() if shapes else ())


def collect(output, expected, pairs):
    if type(output) in (list, tuple):
        for a, b in zip(output, expected):
            collect(a, b, pairs)
    else:
        pairs.append((output, expected))


def near(a, b, rtol, atol):
    a, b = float(a), float(b)
    if math.isfinite(a) and math.isfinite(b):
        return abs(a - b) <= atol + rtol * abs(b)
    return a == b
