"""What the judges' processes read and write: bytes through pipes, and sections, each a byte count on a line, then the bytes.

The calls of the system are bound when this is loaded, so that a candidate that replaces them in its process doesn't change them here.
"""
import os


def write_all(descriptor, data, write=os.write):
    data = memoryview(data)
    while data:
        data = data[write(descriptor, data):]


def read_exactly(descriptor, size, read=os.read):
    parts = []
    while size:
        part = read(descriptor, min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_section(descriptor=0):
    size = b""
    while not size.endswith(b"\n"):
        size += read_exactly(descriptor, 1)
    return read_exactly(descriptor, int(size)).decode()


def hide_memory():
    """Closes this process's memory and descriptors to others of the same user."""
    try:
        import ctypes
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass  # the kernel's own ptrace policy then decides
