"""Becomes the untrusted program: gives up what rights are left, then executes a file or runs Python source in this very process."""

import atexit
import builtins
import errno
import gc
import os
import resource
import signal
import sys
import types

import native

ERRORS = 3  # descriptor by which a failure before the program's start is told
NOT_EXECUTABLE = 126  # exit code, as shells have it


def become(request, instructions):
    """Does not return, except in a process that has nothing left to do but to run Python source."""
    os.setsid()
    native.close_from(ERRORS + 1)
    _limit(request["limits"])
    native.prctl(native.PR_SET_NO_NEW_PRIVS, 1)
    native.prctl(native.PR_SET_DUMPABLE, 1)  # it was off for the first process
    native.prctl(native.PR_SET_THP_DISABLE, 1)  # a huge page of which one small part is used shows as that part only
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if request["fork"]:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        # The environment is that of the server, which was started with Python's.
        if instructions:
            native.install_filter(instructions)
        os.close(ERRORS)
        return
    # Python ignores these two, and the program would inherit it.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    if instructions:
        native.install_filter(instructions)
    os.execve(request["argv"][0], request["argv"], request["environment"])


def describe(error, executable):
    """What a failure before the program's start means."""
    if isinstance(error, OSError) and error.errno in (errno.ENOMEM, errno.E2BIG):
        return {"limit": "memory"}
    if isinstance(error, OSError) and not executable.startswith("/"):
        # A compiler has made it, or hasn't.
        return {"exit": NOT_EXECUTABLE, "message": f"{executable} can't be executed: {error.strerror}."}
    return {"error": f"{type(error).__name__}: {error}"}


def run_source(path):
    """Runs a file as Python does when its name is the interpreter's argument, and ends the process."""
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=path, __cached__=None, __builtins__=builtins, __annotations__={})
    sys.modules["__main__"] = module
    sys.argv = [os.path.basename(path)]
    # The server's frames, this one among them, would end a recursion earlier than in a process of its own.
    sys.setrecursionlimit(sys.getrecursionlimit() + _depth() + (sys.version_info < (3, 12)))  # which counts exec too
    code = 0
    try:
        with open(path, "rb") as file:
            source = file.read()
        exec(compile(source, path, "exec"), module.__dict__)
    except SystemExit as end:
        code = _exit_code(end)
    except BaseException as error:
        # The traceback begins with the frame of this function, which the program knows nothing of.
        trace = error.__traceback__.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        code = 1
        if isinstance(error, KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
    os._exit(_finish(module, code))


def _depth():
    depth, frame = 0, sys._getframe(1)
    while frame:
        depth, frame = depth + 1, frame.f_back
    return depth


def _exit_code(end):
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code & 0xFF
    print(end.code, file=sys.stderr)
    return 1


def _finish(module, code):
    """
    Does what the end of the interpreter does for the program: waits for threads, calls what is registered, flushes, and deletes the
    program's objects. The rest, freeing what the server loaded, takes longer than most programs.
    """
    if "threading" in sys.modules:
        sys.modules["threading"]._shutdown()
    atexit._run_exitfuncs()
    for name in [name for name in module.__dict__ if name != "__builtins__"]:
        module.__dict__[name] = None
    gc.collect()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except BaseException as error:
            if stream is sys.stdout:
                print(f"Exception ignored in: {stream!r}\n{type(error).__name__}: {error}", file=sys.stderr)
                code = 120  # as Python has it
    return code


def _limit(limits):
    def both(kind, value):
        resource.setrlimit(kind, (value, value))

    if limits["addressSpace"]:
        both(resource.RLIMIT_AS, limits["addressSpace"])
    both(resource.RLIMIT_CPU, limits["cpuSeconds"])
    both(resource.RLIMIT_NPROC, limits["processes"])
    both(resource.RLIMIT_NOFILE, limits["openFiles"])
    both(resource.RLIMIT_FSIZE, limits["workFolder"])
    both(resource.RLIMIT_CORE, 1)  # no file, and no helper of the machine's; 0 would still start that
    both(resource.RLIMIT_SIGPENDING, 256)
    both(resource.RLIMIT_MSGQUEUE, 0)
    both(resource.RLIMIT_MEMLOCK, 65536)
