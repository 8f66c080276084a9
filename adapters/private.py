"""Files and directories that only their owner may read: they hold what people told us. J3.

Whatever the umask says, and also when an older release made them. What is not ours alone keeps the rights it has: a
path that was mistyped must not close somebody's home.
"""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

DIRECTORY: Final = 0o700
FILE: Final = 0o600
OTHERS: Final = 0o077


def private_directory(directory: Path) -> Path:
    """Make it, and what leads to it, or close it if there is nothing but files in it. Raises OSError."""
    missing = [each for each in (directory, *directory.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=DIRECTORY, exist_ok=True)
    with os.scandir(directory) as found:
        only_files = all(each.is_file(follow_symlinks=False) for each in found)
    if not os.access(directory, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(directory))
    if only_files:
        close_to_others(directory.resolve())
    return directory


def private_file(path: Path) -> Path:
    """Make it empty, or take the rights of others away. Raises OSError."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, FILE))
    close_to_others(path.resolve())
    return path


def opened(path: Path, mode: str) -> IO[bytes]:
    """`wb` or `ab`: a private file to write to. Raises OSError."""
    return private_file(path).open(mode)


def private_files(directory: Path, beginning: str = "") -> None:
    """Every file that lies there already."""
    for each in directory.iterdir():
        if each.name.startswith(beginning):
            close_to_others(each)


def close_to_others(path: Path) -> None:
    """Take the rights of others away, if it is ours and no link; a directory like /tmp stays as it is."""
    with suppress(OSError):
        found = os.lstat(path)
        mode = stat.S_IMODE(found.st_mode)
        ours = found.st_uid == os.geteuid() and not stat.S_ISLNK(found.st_mode) and not mode & stat.S_ISVTX
        if ours and mode & OTHERS:
            os.chmod(path, mode & ~OTHERS)
