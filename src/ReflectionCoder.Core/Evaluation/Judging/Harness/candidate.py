"""The solution's process: runs the solution, and then does what the process of the tests asks for."""
import builtins
import io
import os
import sys

from rc_judge_peer import LONGEST_OUTPUT, Peer, PeerEnded, is_public, standard_name
from rc_judge_proxies import Link

FILE = "solution.py"
sources = {}  # for tracebacks, by file name


class CandidatePeer(Peer):
    def __init__(self, source, receiving, sending):
        super().__init__(receiving, sending, 1)
        self.source, self.names = source, {"__name__": "solution", "__builtins__": builtins}
        self.streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", "replace", write_through=True) for _ in range(2)]
        self.left = LONGEST_OUTPUT
        sys.stdout, sys.stderr = self.streams
        sys.__stdout__, sys.__stderr__ = self.streams
        sys.stdin = Input(self)
        self.input, builtins.input = builtins.input, self.ask

    def output(self):
        texts = None
        for index, stream in enumerate(self.streams):
            try:
                size = stream.buffer.tell()
            except ValueError:
                continue  # closed
            if size:
                content = stream.buffer.getvalue()[:self.left]
                self.left -= len(content)
                texts = texts or ["", ""]
                texts[index] = content.decode("utf-8", "replace")
                stream.buffer.seek(0)
                stream.buffer.truncate()
        return texts

    def ask(self, prompt="", /):
        return self.request("input", str(prompt))

    def may_name(self, module, name):
        return is_public(module, name)

    def on_load(self, random):
        """Runs the solution; tells its names, and the modules that it has imported."""
        if random:
            self.share_random()
        sources[FILE] = self.source
        exec(compile(self.source, FILE, "exec"), self.names)
        modules = {name: value.__name__ for name, value in self.names.items() if type(value) is type(os)}
        hidden = [name for name, value in self.names.items() if name.startswith("__") or hasattr(type(value), "__next__")]
        names = [name for name in self.names if name not in modules and name not in hidden]
        getter = getattr(sys, "get_int_max_str_digits", None)
        return tuple(names), tuple(modules.items()), getter and getter()

    def on_names(self, names):
        return tuple([self.names[name] for name in names])

    def on_error(self, serial):
        """The traceback of the last error, as text."""
        known, error, trace = self.last_error
        return format_error(error.with_traceback(trace), FILE) if known == serial else ""


class Input(io.TextIOBase):
    """Standard input is what the tests make of it."""

    def __init__(self, peer):
        self.peer = peer

    def readable(self):
        return True

    def readline(self, size=-1):
        return self.peer.request("readline", size)

    def read(self, size=-1):
        return self.peer.request("read", size)


def format_error(error, file_name):
    """The traceback, from the frames of the named file on."""
    import linecache
    import traceback
    for name, source in sources.items():
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    if isinstance(error, SyntaxError) and error.filename in sources and error.lineno:
        # Python has looked for the line in a file of that name, and there may be another.
        error.text = "".join(sources[error.filename].splitlines(True)[error.lineno - 1:error.lineno])
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != file_name:
        frames = frames.tb_next
    # The frames of these modules say nothing to anyone.
    own = __name__.rpartition("_")[0]
    lines = [line for line in traceback.format_exception(type(error), error, frames) if not line.startswith('  File "' + own)]
    return "".join(line for line in lines if not line.startswith('  File "<' + own))


def run_candidate(source, receiving, sending):
    Link.peer = peer = CandidatePeer(source, receiving, sending)
    try:
        peer.wait()
    except PeerEnded:
        pass
    except BaseException as error:
        os.write(2, format_error(error, __file__ if "__file__" in globals() else "").encode("utf-8", "replace"))
        os._exit(1)
