"""What a process used so far, from /proc. Linux only."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
TICKS: Final = os.sysconf("SC_CLK_TCK")

# Fields of /proc/<pid>/stat after the command's closing bracket; see proc(5).
PARENT, USER, SYSTEM, CHILD_USER, CHILD_SYSTEM = 1, 11, 12, 13, 14


def cpu(pid: int) -> float:
    """Seconds of CPU that a process used, all its threads, also those that ended."""
    fields = _stat(pid)
    return (int(fields[USER]) + int(fields[SYSTEM])) / TICKS


def cpu_with_children(pid: int) -> float:
    """The same with its children, running or ended: a PostgreSQL server is a process for each connection."""
    fields = _stat(pid)
    ended = (int(fields[CHILD_USER]) + int(fields[CHILD_SYSTEM])) / TICKS
    return cpu(pid) + ended + sum(_cpu_or_none(each) for each in _children(pid))


def memory(pid: int) -> float:
    """Megabytes of a process that are in memory and its own (proportional set size)."""
    return _kilobytes(pid, "smaps_rollup", "Pss:") / 1024


def most_memory(pid: int) -> float:
    """Megabytes: the most it ever had in memory (resident set)."""
    return _kilobytes(pid, "status", "VmHWM:") / 1024


def _kilobytes(pid: int, file: str, name: str) -> int:
    lines = (PROC / str(pid) / file).read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(name)))


def _children(pid: int) -> list[int]:
    found = []
    for path in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(_stat(int(path.parent.name))[PARENT]) == pid:
                found.append(int(path.parent.name))
    return found


def _cpu_or_none(pid: int) -> float:
    with suppress(OSError):
        return cpu(pid)
    return 0.0


def _stat(pid: int) -> list[str]:
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
