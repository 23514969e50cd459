"""Measures what all processes of a task use together."""

import os
import time

from kernel import KernelMemory

TICKS = os.sysconf("SC_CLK_TCK")

# Memory that can't be given back: anonymous and shared pages, swapped or not. Page tables (VmPTE) can't either.
SHARED = ("RssAnon:", "RssShmem:", "VmSwap:")
SIZES = ("VmSize:", "VmPTE:", *SHARED)
CLOSE_LOOKS = 4
LONG_LOOK = 0.1  # seconds
READ_APART = 1 << 20  # how much two processes that share a memory may seem to differ, because they are read one after the other


class Usage:
    """Sees the processes through a folder of /proc that is opened before the task can change what lies there."""

    def __init__(self, process_folder, own_namespace, bytes_per_socket):
        self.folder = process_folder
        self.bytes_per_socket = bytes_per_socket
        self.own_namespace = own_namespace
        self.ended_cpu = 0.0  # processor time of the processes that this one has waited for, in seconds
        self.peak = 0  # the largest resident size that one of them had, in bytes
        self.seen = {}  # the last processor time of each process by id
        self.unseen_cpu = {}  # the processor time that processes which came and went between two looks are supposed to have used
        self.last_look = time.monotonic()
        self.own_cpu = 0.0
        self.kernel = KernelMemory(self)

    def begin(self):
        """From here on, the processor time of this process counts too: a program may give it much to look at."""
        self.own_cpu = -time.process_time()

    def add_ended(self, used):
        """Adds what a process has used that this one has waited for."""
        self.ended_cpu += used.ru_utime + used.ru_stime
        self.peak = max(self.peak, used.ru_maxrss << 10)

    def processes(self):
        """The ids of the task's processes, this one left out, as the folder names them."""
        if self.own_namespace:
            return [name for name in os.listdir(self.folder) if name.isdigit() and name != "1"]
        found = []
        pending = [os.readlink("self", dir_fd=self.folder)]
        while pending:
            process = pending.pop()
            for thread in self.list(f"{process}/task"):
                children = self.read(f"{process}/task/{thread}/children").split()
                found += children
                pending += children
        return found

    def measure(self, memory_limit, cpu_limit):
        """Held memory in bytes and processor time in seconds."""
        statuses = {process: self._status(process) for process in self.processes()}
        return self._measure_memory(statuses, memory_limit), self._measure_cpu(statuses, cpu_limit)

    def _measure_memory(self, statuses, limit):
        memories = self._memories(statuses)
        # What no processes share: page tables, and what sockets may hold unread; nothing tells what they do hold.
        own = self.sockets() * self.bytes_per_socket + sum(status["VmPTE:"] for _, status in memories)
        memory = own + sum(status[field] for _, status in memories for field in SHARED)
        if memory > limit >= own:
            memory = self._measure_closely(limit)
        if memory + self.kernel.growth() > limit >= memory and self.kernel.may_be_of(statuses):
            memory += self.kernel.growth()
        return memory

    def _measure_closely(self, limit):
        """
        Counts memory that processes share once. That takes longer. When a process ends in between, those that are looked at after it have
        larger parts; so what is too much must be too much each time, unless looking takes so long that more could be held meanwhile.
        """
        for _ in range(CLOSE_LOOKS):
            begin = time.monotonic()
            statuses = {process: self._status(process) for process in self.processes()}
            memory = self.sockets() * self.bytes_per_socket
            memory += sum(self._part(process, status) for process, status in self._memories(statuses))
            if memory <= limit or time.monotonic() - begin > LONG_LOOK:
                break
        return memory

    def _measure_cpu(self, statuses, limit):
        live = 0.0
        now = time.monotonic()
        for process, status in statuses.items():
            fields = self.read(f"{process}/stat").rpartition(")")[2].split()
            if not fields:
                continue
            own, with_children = sum(map(int, fields[11:13])) / TICKS, sum(map(int, fields[11:15])) / TICKS
            live += with_children
            if process in self.seen:
                self.unseen_cpu.pop(process, None)  # it lives long enough to be counted
            elif status["State:"] == "R":
                self.unseen_cpu[process] = (now - self.last_look) * self._share(process)
            self.seen[process] = max(own, self.seen.get(process, 0.0))
        self.last_look = now
        counted = max(live + self.ended_cpu, sum(self.seen.values())) + self.own_cpu + time.process_time()
        # A parent that ignores its children's ends makes the kernel forget what they have used. Who runs in a random moment tells how much
        # that is, but only roughly. So this counts only if it is far more.
        supposed = sum(self.seen.values()) + sum(self.unseen_cpu.values())
        return supposed if supposed > 1.5 * limit + 0.5 else counted

    def _share(self, process):
        """The part of its time that a process which was ready to run did run, on a busy machine less than all."""
        fields = self.read(f"{process}/schedstat").split()
        ran, waited = (int(fields[0]), int(fields[1])) if len(fields) >= 2 else (1, 0)
        return ran / (ran + waited) if ran + waited > 0 else 1.0

    def _memories(self, statuses):
        """Process id and status of those whose memory counts: each memory once."""
        statuses = dict(statuses)
        for process, status in list(statuses.items()):
            if status["VmSize:"] == 0:
                # Its first thread has ended, or is about to, and no longer knows the memory. Another one may.
                threads = (self._status(thread) for thread in self.list(f"{process}/task") if thread != process)
                statuses[process] = next((thread for thread in threads if thread["VmSize:"] > 0), status)
        # A process that has called vfork waits until its child executes another program. Until then both have the same memory. The filter
        # allows no other way to share it.
        sharing = {
            status["PPid:"]
            for status in statuses.values()
            if (parent := statuses.get(status["PPid:"]))
            and parent["State:"] == "D"
            and all(abs(parent[name] - status[name]) < READ_APART for name in SIZES)
        }
        return [(process, status) for process, status in statuses.items() if process not in sharing]

    def _status(self, process):
        """What /proc tells of a process or thread, sizes in bytes. Zeros for one that has just ended."""
        status = dict.fromkeys(SIZES, 0) | {"State:": "", "PPid:": ""}
        # The first line is the program's name, and may hold whatever the program likes, but for line feeds. So lines end only there.
        for line in self.read(f"{process}/status").split("\n")[1:]:
            name, _, value = line.partition("\t")
            if name in SIZES:
                status[name] = int(value.split()[0]) << 10
            elif name in status:
                status[name] = value.split()[0]
        return status

    def _part(self, process, status):
        """
        Held memory, but of shared pages only this process' part. A process that can't be looked into is counted whole, as it is now: it may
        have ended since.
        """
        lines = self.read(f"{process}/smaps_rollup").split("\n")
        part = sum(int(line.split()[1]) << 10 for line in lines if line.startswith(("Pss_Anon:", "Pss_Shmem:", "SwapPss:")))
        if part:
            return part + status["VmPTE:"]
        [(_, now)] = self._memories({process: self._status(process)})
        return sum(now[field] for field in (*SHARED, "VmPTE:"))

    def sockets(self):
        """How many sockets there are in the task's own network namespace, those on the way through others among them."""
        lines = self.read("self/net/protocols").split("\n")
        return sum(int(line.split()[2]) for line in lines if line.startswith("UNIX"))

    def list(self, path):
        try:
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY, dir_fd=self.folder)
        except OSError:
            return []  # the process has just ended
        try:
            return os.listdir(folder)
        except OSError:
            return []
        finally:
            os.close(folder)

    def read(self, path):
        try:
            file = os.open(path, os.O_RDONLY, dir_fd=self.folder)
        except OSError:
            return ""  # the process has just ended
        try:
            parts = []
            while part := os.read(file, 1 << 16):
                parts.append(part)
            return b"".join(parts).decode(errors="replace")
        except OSError:
            return ""
        finally:
            os.close(file)
