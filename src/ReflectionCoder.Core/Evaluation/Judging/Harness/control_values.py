"""Other values of the same kind, such as a wrong solution might give. The text of a control must not show that it is one."""
TOO_LONG = 20000  # characters of one changed literal, which has to pass through the sandbox's output


def changed_text(value, each, random):
    """Another value of the same kind, as source text; None if there is none."""
    for _ in range(20):
        try:
            other = [changed(item, random) for item in value] if each and not isinstance(value, str) else changed(value, random)
            if each and not isinstance(value, str) and any(item in value for item in other) or other == value:
                continue
            text = repr(tuple(other) if each and isinstance(value, tuple) else other)
            if len(text) < TOO_LONG and ast.literal_eval(text) != value:
                return text
        except (TypeError, ValueError, SyntaxError, OverflowError):
            pass
    return None


def changed(value, random):
    if isinstance(value, bool):
        return not value
    if value is None:
        return random.choice([False, True])  # also good for `is`
    if isinstance(value, int):
        step = random.choice([1, 1, 1, 2, 2, 3, 4, 10])
        return value + step if random.random() < 0.5 or 0 <= value < step else value - step
    if isinstance(value, float):
        digits = len(repr(value).partition(".")[2]) if "e" not in repr(value) else 12
        other = value + random.choice([-1, 1]) * random.uniform(0.2, 0.9) * max(1.0, abs(value))
        return (round(other, digits) if abs(round(other, digits) - value) > 0.1 else value + random.choice([-1.0, 1.0])) + 0.0
    if isinstance(value, complex):
        return value + random.choice([1, -1, 1j, -1j])
    if isinstance(value, str):
        return _changed_string(value, random)
    if isinstance(value, bytes):
        return _changed_string(value.decode("latin-1"), random).encode("latin-1")
    if isinstance(value, (list, tuple)):
        return type(value)(_changed_items(list(value), random))
    if isinstance(value, (set, frozenset)):
        items = sorted(value, key=repr)
        return set(_changed_items(items, random)) if items else {0}
    if isinstance(value, dict):
        if not value:
            return {0: 0}
        key = random.choice(list(value))
        return {**value, key: changed(value[key], random)}
    raise TypeError(type(value))


def _changed_items(items, random):
    if not items:
        return [random.choice([0, 1, 2])]
    return _rearranged(items, random) or _with_another(items, random, lambda item: changed(item, random))


def _rearranged(items, random):
    """
    The same items in another order, or one of them in another's place; None if there is nothing to rearrange, and sometimes else.
    Many results have only items of the arguments, and a strange one would stand out.
    """
    spaces = [isinstance(item, str) and item.isspace() for item in items]
    places = range(len(items) - 1)
    pairs = [place for place in places if items[place] != items[place + 1] and not any(spaces[place:place + 2])]
    way = random.random()
    if not pairs or way > 0.75:
        return None
    place, other = random.choice(pairs), list(items)
    if way < 0.5:
        other[place:place + 2] = other[place + 1], other[place]
    else:
        other[place] = other[place + 1]
    return other


def _with_another(items, random, change):
    place = random.randrange(len(items))
    return items[:place] + [change(items[place])] + items[place + 1:]


def _changed_string(text, random):
    rearranged = _rearranged(list(text), random)
    if rearranged:
        return "".join(rearranged)
    letters = [place for place, letter in enumerate(text) if letter.isalnum() and letter.isascii()]
    if not letters:
        return text + (text[-1] if text else random.choice("abcdeimnorst"))
    place = random.choice(letters)
    kinds = ("0123456789", "aeiou", "AEIOU", "bcdfghklmnprst", "BCDFGHKLMNPRST")
    kind = next((kind for kind in kinds if text[place] in kind), "abcdefghijklmnopqrstuvwxyz")
    return text[:place] + random.choice([letter for letter in kind if letter != text[place]]) + text[place + 1:]
