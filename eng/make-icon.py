#!/usr/bin/env python3
"""Draws eng/icon.png, the packages' icon: a code bracket and its fainter reflection in a mirror. Needs nothing but Python."""
import pathlib
import struct
import zlib

SIZE, SAMPLES = 128, 4
GROUND, BRACKET, REFLECTION, MIRROR = (0x1B, 0x26, 0x3B), (0xF4, 0xA2, 0x61), (0x8D, 0x6F, 0x5C), (0x7F, 0x9C, 0xC0)


def in_ground(x, y, radius=24):
    """A square with round corners."""
    dx, dy = max(radius - x, x - (SIZE - radius), 0), max(radius - y, y - (SIZE - radius), 0)
    return dx * dx + dy * dy <= radius * radius


def near_segment(x, y, ax, ay, bx, by, width):
    t = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
    t = min(max(t, 0), 1)
    return (x - ax - t * (bx - ax)) ** 2 + (y - ay - t * (by - ay)) ** 2 <= width * width / 4


def in_bracket(x, y):
    return near_segment(x, y, 52, 34, 24, 64, 10) or near_segment(x, y, 24, 64, 52, 94, 10)


def colour(x, y):
    """The point's red, green, blue and alpha."""
    if not in_ground(x, y):
        return (0, 0, 0, 0)
    if in_bracket(x, y):
        return (*BRACKET, 255)
    if in_bracket(SIZE - x, y):
        return (*REFLECTION, 255)
    if abs(x - SIZE / 2) <= 1.5 and 20 <= y <= 108 and int(y - 20) % 11 < 7:
        return (*MIRROR, 255)
    return (*GROUND, 255)


def pixel(column, row):
    points = [colour(column + (i + 0.5) / SAMPLES, row + (j + 0.5) / SAMPLES) for j in range(SAMPLES) for i in range(SAMPLES)]
    alpha = sum(p[3] for p in points)
    mixed = [round(sum(p[c] * p[3] for p in points) / alpha) if alpha else 0 for c in range(3)]
    return bytes([*mixed, round(alpha / len(points))])


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(SIZE)) for y in range(SIZE))
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
pathlib.Path(__file__).with_name("icon.png").write_bytes(png)
