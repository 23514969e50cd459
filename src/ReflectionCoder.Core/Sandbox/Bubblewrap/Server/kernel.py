"""
Memory that the kernel holds for a task and that no process shows: what epoll watches, mappings, what reading /proc takes. The kernel tells it
only for the whole machine. So growth there counts for a task only if the task has what it takes to cause it.
"""

import os

GROWING = ("SUnreclaim:", "VmallocUsed:")

# More than any compiler or runtime that we know has, all processes together.
MAPPINGS = 20_000
WATCHES = 5_000
FILES_OF_PROC = 16
SOCKETS = 128


class KernelMemory:
    def __init__(self, usage):
        self.usage = usage
        self.before = self._machine()

    def growth(self):
        """How much more memory the kernel holds on this machine than when the task began, in bytes."""
        return max(0, self._machine() - self.before)

    def may_be_of(self, processes):
        """Whether the processes have so much of something that the growth may be theirs."""
        if self.usage.sockets() > SOCKETS:
            return True
        mappings = watches = files = 0
        for process in processes:
            descriptors = self.usage.list(f"{process}/fd")
            if not descriptors and self.usage.list(f"{process}/task"):
                return True  # it has closed itself to others
            mappings += self.usage.read(f"{process}/maps").count("\n")
            for descriptor in descriptors:
                try:
                    target = os.readlink(f"{process}/fd/{descriptor}", dir_fd=self.usage.folder)
                except OSError:
                    continue  # closed by now
                files += target.startswith("/proc")
                if target == "anon_inode:[eventpoll]":
                    watches += self.usage.read(f"{process}/fdinfo/{descriptor}").count("tfd:")
            if mappings > MAPPINGS or watches > WATCHES or files > FILES_OF_PROC:
                return True
        return False

    def _machine(self):
        lines = self.usage.read("meminfo").split("\n")
        return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(GROWING))
