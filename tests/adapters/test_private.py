"""What people told us is for the owner of the installation alone, whatever the umask and whoever made the files. J3."""

import os
import smtplib
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from adapters.documents.library import DocumentLibrary
from adapters.mail.catcher import MailCatcher
from adapters.private import close_to_others, private_directory
from adapters.sql.engine import NotAStore
from adapters.sql.migrate import migrate
from adapters.sql.store import open_store
from adapters.temporal.data_directory import DataDirectory
from adapters.temporal.dev_server import DevServer

NOBODY = 65534


@pytest.fixture(autouse=True, params=[0o000, 0o022], ids=["umask 000", "umask 022"])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def open_to_others(directory: Path) -> dict[str, str]:
    """What others may do with anything that lies there, or with the directory itself."""
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in (directory, *directory.rglob("*"))}
    return {str(path.relative_to(directory)): f"{mode:o}" for path, mode in modes.items() if mode & 0o077}


def loose(directory: Path, *files: str) -> Path:
    """As an older release left it."""
    directory.mkdir(mode=0o777)
    directory.chmod(0o777)
    for name in files:
        (directory / name).touch()
        (directory / name).chmod(0o666)
    return directory


@pytest.mark.parametrize("old", [True, False])
def test_caught_mails(tmp_path: Path, old: bool) -> None:
    mails = loose(tmp_path / "mails", "0001-x.eml", "0001-x.pdf") if old else tmp_path / "new" / "mails"
    with MailCatcher(mails, port=0) as catcher, smtplib.SMTP("127.0.0.1", catcher.port) as client:
        client.sendmail("a@example.com", ["b@example.com"], "Subject: x\n\nx")
    assert len(list(mails.glob("*.eml"))) == (2 if old else 1)
    assert open_to_others(mails) == {}
    assert old or open_to_others(mails.parent) == {}, "nor may others look in from above"


@pytest.mark.parametrize("old", [True, False])
def test_documents(tmp_path: Path, old: bool) -> None:
    documents = loose(tmp_path / "documents") if old else tmp_path / "documents"
    DocumentLibrary(documents).keep("a.pdf", b"%PDF")
    assert open_to_others(documents) == {}


@pytest.mark.parametrize("old", [True, False])
def test_the_store_with_its_wal_and_the_copies_beside_it(tmp_path: Path, old: bool) -> None:
    directory = tmp_path / "store"
    directory.mkdir(mode=0o700)
    url = f"sqlite:///{directory / 'tenure.db'}"
    if old:
        migrate(url)
        for name in ("tenure.db", "tenure.db-wal", "tenure.db-shm", "tenure.db.backup"):
            (directory / name).touch()
            (directory / name).chmod(0o666)
    migrate(url)
    store = open_store(url)
    try:
        with store.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (x)")
        assert (directory / "tenure.db-wal").exists()
        assert open_to_others(directory) == {}
    finally:
        store.close()


@pytest.mark.parametrize("_umask", [0o000], indirect=True, ids=["umask 000"])
async def test_everything_of_the_embedded_server(tmp_path: Path) -> None:
    directory = loose(tmp_path / "temporal", "temporal.log")
    async with DevServer(directory, port=0, ui_port=0):
        assert (directory / "temporal.db").exists()
        assert open_to_others(directory) == {}


def test_what_an_older_release_left_of_the_server_is_closed_with_the_next_start(tmp_path: Path) -> None:
    data = DataDirectory(loose(tmp_path / "temporal", "temporal.log", "temporal.log.1", "temporal.db-wal"))
    with data.locked():
        data.prepare("a version")
    assert open_to_others(data.path) == {}


def test_what_is_somebody_elses_and_what_a_link_leads_to_is_left(tmp_path: Path) -> None:
    elsewhere = loose(tmp_path / "elsewhere")
    (tmp_path / "link").symlink_to(elsewhere)
    close_to_others(tmp_path / "link")
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o777


def test_a_directory_with_more_in_it_than_files_and_one_for_everybody_keep_their_rights(tmp_path: Path) -> None:
    home, shared = loose(tmp_path / "home"), loose(tmp_path / "shared")
    (home / "pictures").mkdir()
    shared.chmod(0o1777)
    for each, mode in ((home, 0o777), (shared, 0o1777)):
        DocumentLibrary(each).keep("a.pdf", b"%PDF")
        assert stat.S_IMODE(each.stat().st_mode) == mode
        assert stat.S_IMODE((each / "a.pdf").stat().st_mode) == 0o600


def test_a_file_that_is_no_store_is_left_as_it_is(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Sir or Madam, " * 100)
    letter.chmod(0o644)
    with pytest.raises(NotAStore):
        migrate(f"sqlite:///{letter}")
    assert stat.S_IMODE(letter.stat().st_mode) == 0o644


def refused_to_a_user(room: Path) -> bool:
    """Asked by a user without rights: to root everything is open."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    try:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        private_directory(room)
    except PermissionError:
        os._exit(1)
    except BaseException:  # nothing of pytest may go on in this process
        os._exit(2)
    os._exit(0)


@pytest.mark.parametrize(("mode", "refused"), [(0o555, True), (0o000, True), (0o755, False)])
def test_a_directory_that_may_only_be_read_is_no_place(mode: int, refused: bool) -> None:
    with TemporaryDirectory() as place:  # not pytest's, whose parents only root may enter
        os.chmod(place, 0o755)
        room = loose(Path(place) / "room")
        if os.geteuid() == 0:
            os.chown(room, NOBODY, NOBODY)
        room.chmod(mode)
        assert refused_to_a_user(room) is refused
        room.chmod(0o700)


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(NotADirectoryError):
            private_directory(path)
