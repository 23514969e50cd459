"""A work folder as bytes: the length of a JSON list, the list of [name, mode, size], then the files' contents."""

import json
import os
import stat
import struct


def unpack(descriptor):
    """Writes the files into the current folder. The descriptor's position isn't used: other tasks may read the same file."""
    (length,) = struct.unpack("<Q", os.pread(descriptor, 8, 0))
    entries = json.loads(_read(descriptor, length, 8))
    offset = 8 + length
    for name, mode, size in entries:
        folder = os.path.dirname(name)
        if folder:
            os.makedirs(folder, exist_ok=True)
        file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        end = offset + size
        while offset < end:
            offset += os.write(file, _read(descriptor, min(1 << 20, end - offset), offset))
        os.close(file)


def pack(descriptor, limit):
    """Reads the regular files of the current folder. No process of the task may run any more."""
    entries = []
    total = 0
    for folder, folders, names in os.walk("."):
        folders.sort()
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name))
            info = os.lstat(path)
            if stat.S_ISREG(info.st_mode):
                entries.append((path, stat.S_IMODE(info.st_mode) & 0o755 | 0o400, info.st_size))
                total += info.st_size
    if total > limit:
        raise OSError(f"the compiled program is larger than {limit} bytes")
    header = json.dumps(entries).encode()
    _write(descriptor, struct.pack("<Q", len(header)) + header)
    for path, _, size in entries:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        while size > 0:
            content = os.read(file, min(1 << 20, size))
            if not content:
                raise OSError(f"{path} has become shorter")
            _write(descriptor, content)
            size -= len(content)
        os.close(file)


def _read(descriptor, length, offset):
    parts = []
    while length > 0:
        part = os.pread(descriptor, length, offset)
        if not part:
            raise OSError("the archive is too short")
        parts.append(part)
        offset += len(part)
        length -= len(part)
    return b"".join(parts)


def _write(descriptor, content):
    while content:
        content = content[os.write(descriptor, content) :]
