"""Where tests put what lasts no longer than they do."""

import shutil
from pathlib import Path

ROOM_IN_MEMORY = 2_000_000_000
"""Bytes that must be free in /dev/shm before anything is put there: fsync stays on and costs nothing."""


def in_memory() -> str | None:
    """A directory that no disk has to write; None where there is none, or too little room."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > ROOM_IN_MEMORY else None
