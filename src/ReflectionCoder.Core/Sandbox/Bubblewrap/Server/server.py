"""
Starts a task, in namespaces of its own, for each request that comes through a socket. It is the first process of the sandbox's namespaces:
when it ends, the kernel ends all tasks. It ends when the host closes the socket or dies.

A request is a JSON message with descriptors. {"kill": id} ends a task.
"""

import gc
import importlib
import json
import os
import select
import selectors
import signal
import socket
import sys
import types

FOLDER = os.path.dirname(__file__)
sys.path.insert(0, FOLDER)  # PYTHONSAFEPATH, which programs get, leaves it out

import native
import program
import task

CONTROL = 3  # the socket's descriptor
READY = 1
STATUS = 3  # the status pipe's place among a request's descriptors


def serve(profile):
    """Returns only in a process that shall run Python source: the request."""
    control = socket.socket(fileno=CONTROL)
    wake, notify = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(notify, warn_on_full_buffer=False)
    tasks = {}
    os.write(READY, b"ready\n")
    while True:
        ready, _, _ = select.select([control, wake], [], [])
        if wake in ready:
            os.read(wake, 4096)
            _reap(tasks)
        if control not in ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 20, 8)
        if not message:
            os._exit(0)  # the host is gone; the kernel kills the tasks
        request = json.loads(message)
        if "kill" in request:
            _kill(tasks, request["kill"])
            continue
        process = _clone(descriptors)
        if process == 0:
            for _, status in tasks.values():
                os.close(status)
            signal.set_wakeup_fd(-1)
            # A program may send its first process only signals that have a handler, and Python has one for this.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            control.detach()
            os.close(CONTROL)
            task.run(request, descriptors, profile)
            return request
        if process is not None:
            # The status pipe stays open until the task's first process is reaped, and with it every other one of the task is gone. So the
            # host can tell by the pipe's end that nothing is left of a task that was killed.
            tasks[request["id"]] = process, descriptors.pop(STATUS)
        for descriptor in descriptors:
            os.close(descriptor)


def _clone(descriptors):
    """0 in the new process. None if there is none; the host is told, or sees that its pipes close."""
    try:
        if len(descriptors) >= 5:  # fewer come through when this process has too many open files
            return native.clone(task.NAMESPACES)
    except OSError as error:
        try:
            os.write(descriptors[STATUS], json.dumps({"error": str(error)}).encode() + b"\n")
        except OSError:
            pass
    return None


def _reap(tasks):
    try:
        while True:
            process, _ = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            for number, (known, status) in list(tasks.items()):
                if known == process:
                    del tasks[number]
                    os.close(status)
            _free_descriptors_in_flight()
    except ChildProcessError:
        pass


def _free_descriptors_in_flight():
    """
    A program may have sent descriptors through sockets that are themselves on the way. Nobody can receive them any more, and the kernel
    frees them, the host's pipes among them, only when some socket is closed next.
    """
    for end in socket.socketpair():
        end.close()


def _kill(tasks, number):
    # A process that has ended keeps its id until it is reaped, which happens only here. So the id can't be another one's.
    if number in tasks:
        os.kill(tasks[number][0], signal.SIGKILL)


def _load(name, source):
    """Makes a module of its source text, as `import` would."""
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(source, f"<{name}>", "exec"), module.__dict__)


def main():
    profile = json.loads(sys.argv[1])
    with open(os.path.join(FOLDER, "filter.bin"), "rb") as file:
        profile["filter"] = file.read()
    with open(os.path.join(FOLDER, "filter-epoll.bin"), "rb") as file:
        profile["filterEpoll"] = file.read()
    for module in profile["modules"]:
        try:
            importlib.import_module(module)
        except Exception:
            pass  # not installed: a program that needs it fails with Python's own message
    with open(os.path.join(FOLDER, "sources.json"), encoding="utf-8") as file:
        for name, source in json.load(file):
            _load(name, source)
    selectors.DefaultSelector = selectors.PollSelector  # epoll works here, but not in programs
    os.environ.pop("PWD", None)  # bubblewrap sets it; programs don't get it
    gc.collect()
    gc.freeze()  # what lives now is shared with the tasks until one changes it
    request = serve(profile)
    for name in ("archive", "kernel", "native", "program", "task", "usage"):
        del sys.modules[name]
    sys.path.remove(FOLDER)
    program.run_source(f"{task.WORK_FOLDER}/{request['source']}")


main()
