"""System calls that Python has no functions for. Linux on x86-64 and arm64."""

import ctypes
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
SIGCHLD = 17

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096

PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_SET_THP_DISABLE = 41
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION_3 = 0x20080522

SYS_CLONE = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
SYS_CLOSE_RANGE = 436

# PyDLL keeps Python's lock during the call, so that a cloned process need not take it first.
_libc = ctypes.PyDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.syscall.argtypes = [ctypes.c_long] * 6
_libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
_libc.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]


class _FilterProgram(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def _check(result, what):
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result


def clone(flags):
    """Like fork, with namespaces of its own for the child. Python isn't told; the child may only use what needs no threads."""
    return _check(_libc.syscall(SYS_CLONE, flags | SIGCHLD, 0, 0, 0, 0), "clone")


def mount(source, target, kind, flags, options=""):
    encode = lambda text: None if text is None else text.encode()
    _check(_libc.mount(encode(source), encode(target), encode(kind), flags, encode(options)), f"mount {target}")


def prctl(option, argument=0, third=0):
    return _check(_libc.prctl(option, argument, third, 0, 0), f"prctl {option}")


def close_from(lowest):
    result = _libc.syscall(SYS_CLOSE_RANGE, lowest, 0xFFFFFFFF, 0, 0, 0)
    if result < 0:  # before Linux 5.9
        for name in os.listdir("/proc/self/fd"):
            if int(name) >= lowest:
                try:
                    os.close(int(name))
                except OSError:
                    pass


def drop_capabilities():
    """Gives up every capability for good: an exec of whatever file can't bring one back."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # the kernel knows no more
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    _check(_libc.capset(header, none), "capset")


def install_filter(instructions):
    """Filters the system calls of this process and its descendants. Needs no_new_privs."""
    buffer = ctypes.create_string_buffer(instructions, len(instructions))
    program = _FilterProgram(len(instructions) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    _check(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program), 0, 0), "seccomp")
