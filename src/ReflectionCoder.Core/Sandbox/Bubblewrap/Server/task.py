"""The first process of a task's namespaces. It is trusted: it prepares them, starts the program, watches it, and tells how it ended."""

import json
import os
import signal
import time

import archive
import native
import program
from usage import Usage

WORK_FOLDER = "/box"
SHARED_MEMORY = "/dev/shm"
TERMINALS = "/dev/pts"
OF_THE_MACHINE = ("/proc/cmdline", "/proc/keys", "/proc/key-users", "/proc/locks")
PERIOD = 0.05  # seconds between two measurements; each is up to a third longer or shorter, so that a program can't hide from them

NAMESPACES = (
    native.CLONE_NEWUSER
    | native.CLONE_NEWPID
    | native.CLONE_NEWNS
    | native.CLONE_NEWNET
    | native.CLONE_NEWIPC
    | native.CLONE_NEWUTS
    | native.CLONE_NEWCGROUP
)


def run(request, descriptors, profile):
    """
    Runs in the first process, and doesn't return there. It returns in the second one if that shall run Python source. The descriptors are
    standard input, output and error, the status pipe, the archive of the work folder and perhaps a file for the archive that is left.
    """
    standard, status, files = descriptors[:3], descriptors[3], descriptors[4]
    kept = descriptors[5] if len(descriptors) > 5 else None
    try:
        usage = _prepare(request, profile)
        _unpack(files, status)
        started, child = _start(request, standard, profile)
        if child == 0:
            return
        for descriptor in (*standard, files):
            os.close(descriptor)
        refusal = os.read(started, 4096)  # ends when the program has been executed
        if refusal:
            _report(status, **json.loads(refusal))
        report = _watch(child, request["limits"], usage, profile)
        _kill_all()
        if kept is not None:
            _keep(kept, report, request["limits"]["workFolder"])
    except BaseException as error:
        _report(status, error=f"{type(error).__name__}: {error}")
    _report(status, **report)


def _prepare(request, profile):
    os.setsid()  # or signals to the group would reach the server
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", "1000 1000 1")
    _write("/proc/self/gid_map", "1000 1000 1")
    try:
        _write("/proc/self/oom_score_adj", "1000")  # if memory runs out, the system shall kill programs, not the server
    except OSError:
        pass  # a system without it
    limits = request["limits"]
    safe = native.MS_NOSUID | native.MS_NODEV
    # The number of files is limited too: an empty one needs memory that doesn't count for the size.
    options = f"size={limits['workFolder']},nr_inodes={limits['files']},mode=0755"
    native.mount("tmpfs", WORK_FOLDER, "tmpfs", safe, options)
    native.mount("tmpfs", SHARED_MEMORY, "tmpfs", safe, options)
    native.mount("tmpfs", TERMINALS, "tmpfs", safe | native.MS_RDONLY, "size=4k,nr_inodes=1")  # all tasks would share them
    usage = _mount_processes(profile, safe | native.MS_NOEXEC)
    os.chdir(WORK_FOLDER)
    os.umask(0o022)
    return usage


def _unpack(files, status):
    """The files are the program's, and so is a failure: they don't fit into the folder, or only a strange compiler leaves such."""
    try:
        archive.unpack(files)
    except (OSError, RecursionError) as error:
        _report(status, exit=program.NOT_EXECUTABLE, message=f"The program's files can't be put into the work folder: {error}.")


def _mount_processes(profile, flags):
    if not profile["mountProc"]:
        # The machine forbids a /proc of our own. The program gets an empty one; this process keeps the machine's open.
        usage = Usage(os.open("/proc", os.O_RDONLY | os.O_DIRECTORY), False, profile["bytesPerSocket"])
        native.mount("tmpfs", "/proc", "tmpfs", flags | native.MS_RDONLY, "size=4k,nr_inodes=1")
        return usage
    native.mount("proc", "/proc", "proc", flags)
    try:
        _write("/proc/sys/user/max_user_namespaces", "0")
    except OSError:
        pass  # a read-only /proc/sys; the filter forbids new namespaces anyway
    for name in OF_THE_MACHINE:
        if os.path.exists(name):
            native.mount("/dev/null", name, None, native.MS_BIND)
    # Read-only, or a process could reset its peak of memory, and its place among those that are killed when the machine has none left.
    native.mount(None, "/proc", None, flags | native.MS_BIND | native.MS_REMOUNT | native.MS_RDONLY)
    return Usage(os.open("/proc", os.O_RDONLY | os.O_DIRECTORY), True, profile["bytesPerSocket"])


def _start(request, standard, profile):
    started, failed = os.pipe2(os.O_CLOEXEC)
    if profile["protectsInit"]:
        # Nothing that the program is allowed to do reaches this process from now on: not its memory, not its descriptors.
        native.prctl(native.PR_SET_DUMPABLE, 0)
    native.drop_capabilities()  # the program's too, which inherits none
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    child = os.fork()
    if child:
        os.close(failed)
        return started, child
    try:
        # The three may have any numbers, and none below 4 is free to be overwritten before it has been copied.
        copies = [os.dup(descriptor) for descriptor in (*standard, failed)]
        for target, copy in enumerate(copies):
            os.dup2(copy, target, inheritable=target < program.ERRORS)
        program.become(request, profile["filterEpoll" if request["epoll"] else "filter"])
    except MemoryError:
        os.write(program.ERRORS, b'{"limit": "memory"}')  # in the address space that is left
    except BaseException as error:
        os.write(program.ERRORS, json.dumps(program.describe(error, request["argv"][0])).encode())
    else:
        return None, 0
    os._exit(program.NOT_EXECUTABLE)


def _watch(child, limits, usage, profile):
    """Waits for the program's end. A limit that is reached ends this process, and with it all others of the task."""
    usage.begin()
    next_look = _next_look()
    while True:
        # A program may wake this process with signals as often as it likes; it looks no more often for that.
        signal.sigtimedwait({signal.SIGCHLD}, max(0, next_look - time.monotonic()))
        while True:
            try:
                process, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                raise RuntimeError("the program is gone without a status") from None
            if process == 0:
                break
            usage.add_ended(used)
            if process == child:
                report = {"exit": os.WEXITSTATUS(status)} if os.WIFEXITED(status) else {"signal": os.WTERMSIG(status)}
                return report | _look(limits, usage, profile)
        if time.monotonic() >= next_look:
            look = _look(limits, usage, profile)
            if "limit" in look:
                return look
            next_look = _next_look()


def _next_look():
    return time.monotonic() + PERIOD * (2 / 3 + os.urandom(1)[0] / 384)


def _look(limits, usage, profile):
    """The processor time so far, and the limit that is exceeded, if one is."""
    if not profile["watchesUse"]:
        return {"cpu": usage.ended_cpu}
    memory, cpu = usage.measure(limits["memory"], limits["cpuTime"])
    if max(memory, usage.peak) > limits["memory"]:
        return {"cpu": cpu, "limit": "memory"}
    return {"cpu": cpu, "limit": "cpu"} if cpu >= limits["cpuTime"] else {"cpu": cpu}


def _keep(descriptor, report, limit):
    """Packs what a compiler has left, if it did its work. Nothing else runs any more that could change it."""
    if report.get("exit") != 0 or report.get("limit"):
        return
    try:
        archive.pack(descriptor, limit)
    except (OSError, RecursionError) as error:  # files that no compiler leaves
        report.update(exit=1, message=f"What the compiler left can't be kept: {error}.")


def _kill_all():
    """Kills every process of the task but this one, and waits until they are gone."""
    try:
        os.kill(-1, signal.SIGKILL)
        while True:
            os.wait()
    except (ProcessLookupError, ChildProcessError):
        pass  # there is none


def _report(status, **report):
    os.write(status, json.dumps(report).encode() + b"\n")
    # The end of this process closes the pipe too, but only after its namespaces are gone, which takes up to 20 ms.
    os.close(status)
    os._exit(0)


def _write(path, text):
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)
