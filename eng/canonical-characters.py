#!/usr/bin/env python3
"""Writes src/ReflectionCoder.Core/Tokenization/CanonicalCharacters.txt from Python's unicodedata.

Hugging Face's library composes characters by Unicode 9.0, so what later versions gave a combining class or a decomposition is left
out. Those below are in Python's 14.0 and not in 9.0; a newer Python needs its own additions here (the test against unicodedata says which).
"""
import pathlib
import unicodedata

LATER = """7fd 898-89f 8ca-8d3 9fe c3c d3b d3c eba 1715 1abf-1ace 1df6-1dfa a82c 10d24-10d27 10eab 10eac 10f46-10f50 10f82-10f85 11070 1133b
1145e 11839 1183a 11938 1193d 1193e 11943 119e0 11a34 11a47 11a99 11d42 11d44 11d45 11d97 16ff0 16ff1 1e130-1e136 1e2ae 1e2ec-1e2ef"""


def ranges(text):
    for entry in text.split():
        first, _, last = entry.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def main():
    assert unicodedata.unidata_version == "14.0.0", unicodedata.unidata_version
    later = set(ranges(LATER))
    lines = ["# Unicode 9.0: \"CLASS first[-last] ...\" are combining classes (decimal class, hexadecimal characters);",
             "# \"character first [second]\" are canonical decompositions, with * before those that composition never makes again."]
    classes = {}
    for code in range(0x110000):
        if unicodedata.combining(chr(code)) and code not in later:
            classes.setdefault(unicodedata.combining(chr(code)), []).append(code)
    for value in sorted(classes):
        spans = []
        for code in classes[value]:
            if spans and spans[-1][1] == code - 1:
                spans[-1][1] = code
            else:
                spans.append([code, code])
        lines.append(f"CLASS {value} " + " ".join(f"{a:x}" if a == b else f"{a:x}-{b:x}" for a, b in spans))
    for code in range(0x110000):
        parts = unicodedata.decomposition(chr(code))
        if parts and parts[0] != "<" and code not in later:
            again = unicodedata.normalize("NFC", chr(code)) == chr(code)
            lines.append(("" if again else "*") + " ".join(f"{int(part, 16):x}" for part in [f"{code:x}", *parts.split()]))
    folder = pathlib.Path(__file__).resolve().parent.parent / "src" / "ReflectionCoder.Core" / "Tokenization"
    (folder / "CanonicalCharacters.txt").write_text("\n".join(lines) + "\n")


main()
