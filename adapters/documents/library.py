"""Keeps documents as files of one directory; a name is written once and never overwritten."""

import os
import re
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from adapters.private import private_directory

SAFE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
"""One path component of plain characters: no separator, no leading dot, nothing a shell or a file system minds."""


class UnsafeDocumentName(ValueError):
    """The name could leave the directory or upset a file system. It is not echoed."""

    def __init__(self) -> None:
        super().__init__(
            "name: must be 1 to 128 letters, digits, dots, underscores or hyphens, not starting with a dot"
        )


class DocumentDiffers(Exception):
    """Another document is already kept under this name; it was left as it is."""

    def __init__(self, name: str) -> None:
        super().__init__(f"name: another document is already kept as {name}; keep this one under a name of its own")
        self.name = name


class DocumentLibrary:
    """A directory of documents."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def kept(self, name: str) -> bytes | None:
        """The document of that name, if it is kept. Raises UnsafeDocumentName."""
        if not SAFE_NAME.fullmatch(name):
            raise UnsafeDocumentName
        path = self._directory / name
        return path.read_bytes() if path.is_file() else None

    def keep(self, name: str, content: bytes) -> Path:
        """Keep the document and say where. Idempotent: the same content again changes nothing.

        Raises UnsafeDocumentName, or DocumentDiffers for other content under the same name.
        """
        if not SAFE_NAME.fullmatch(name):
            raise UnsafeDocumentName
        path = self._directory / name
        if not path.exists():
            private_directory(self._directory)
            self._write(path, content)
        if path.read_bytes() != content:
            raise DocumentDiffers(name)
        return path

    def _write(self, path: Path, content: bytes) -> None:
        """Whole or not at all, also after a power cut; whoever was first stays."""
        with NamedTemporaryFile(dir=self._directory, prefix=".unfinished-") as unfinished:
            unfinished.write(content)
            unfinished.flush()
            os.fsync(unfinished.fileno())
            try:
                os.link(unfinished.name, path)  # a rename that refuses to overwrite
            except FileExistsError:
                return
        _sync_directory(self._directory)


def _sync_directory(directory: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
