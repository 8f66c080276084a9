"""The directory that keeps documents: whole, once, under safe names."""

import threading
from pathlib import Path

import pytest

from adapters.documents.library import DocumentDiffers, DocumentLibrary, UnsafeDocumentName


class TestDocumentLibrary:
    def test_a_document_is_kept_whole_and_nothing_else_is_left(self, tmp_path: Path) -> None:
        path = DocumentLibrary(tmp_path / "new" / "documents").keep("SO-100001.pdf", b"%PDF")
        assert path.read_bytes() == b"%PDF"
        assert [kept.name for kept in path.parent.iterdir()] == ["SO-100001.pdf"]

    def test_the_same_document_again_is_harmless(self, tmp_path: Path) -> None:
        library = DocumentLibrary(tmp_path)
        first = library.keep("a.pdf", b"one").stat()
        again = library.keep("a.pdf", b"one").stat()
        assert (first.st_ino, first.st_mtime_ns) == (again.st_ino, again.st_mtime_ns)

    def test_another_document_under_the_same_name_is_refused_and_the_first_stays(self, tmp_path: Path) -> None:
        library = DocumentLibrary(tmp_path)
        library.keep("a.pdf", b"one")
        with pytest.raises(DocumentDiffers, match=r"a\.pdf"):
            library.keep("a.pdf", b"two")
        assert (tmp_path / "a.pdf").read_bytes() == b"one"

    def test_of_many_writers_exactly_one_wins(self, tmp_path: Path) -> None:
        library, start, refused = DocumentLibrary(tmp_path), threading.Barrier(8), []

        def write(content: bytes) -> None:
            start.wait()
            try:
                library.keep("a.pdf", content)
            except DocumentDiffers:
                refused.append(content)

        writers = [threading.Thread(target=write, args=(bytes([n]) * 100_000,)) for n in range(8)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert len(refused) == 7
        assert (tmp_path / "a.pdf").read_bytes() not in refused
        assert len(list(tmp_path.iterdir())) == 1

    def test_a_write_that_fails_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def disk_full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", disk_full)
        with pytest.raises(OSError, match="No space"):
            DocumentLibrary(tmp_path).keep("a.pdf", b"one")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        "name",
        [
            "",
            ".",
            "..",
            "../a.pdf",
            "/etc/passwd",
            "a/b.pdf",
            "a.pdf/",
            ".hidden",
            "-rf",
            "a\0b",
            "a\n",
            "a b.pdf",
            "C:x",
        ],
    )
    def test_a_name_that_could_leave_the_directory_is_refused_and_not_echoed(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(UnsafeDocumentName) as refusal:
            DocumentLibrary(tmp_path / "documents").keep(name, b"x")
        assert len(name) < 3 or name not in str(refusal.value)
        assert list(tmp_path.iterdir()) == []
