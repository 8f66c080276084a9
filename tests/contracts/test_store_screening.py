"""What a store of lists of restricted parties promises (activities/ports/screening.py), on every database."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from activities.ports.screening import ListEntry, ScreeningList, ScreeningLists
from adapters.sql import screening_lists
from adapters.sql.store import SqlStore
from domain.reasons import Reason
from domain.values import Refused
from tests.makers import MONDAY
from tests.postgres import at_once, everything

LATER = MONDAY + timedelta(hours=1)


def an_entry(entry: str = "e-1", **changes: Any) -> ListEntry:
    """Somebody invented, of an invented list."""
    said: dict[str, Any] = {"entry": entry, "source": "An Invented List", "name": f"Tanuki Trading {entry}"}
    return ListEntry.model_validate(said | changes)


def entries(count: int) -> Iterator[ListEntry]:
    return (an_entry(f"e-{number:05}") for number in range(count))


def imported(
    store: ScreeningLists, given: Iterable[ListEntry], name: str = "csl", digest: str = "d-1", **changes: Any
) -> ScreeningList:
    said: dict[str, Any] = {"by": "ops-7", "now": MONDAY}
    return store.import_list(name, given, digest=digest, **(said | changes))


class TestImporting:
    def test_makes_a_version_that_says_what_it_is(self, store: SqlStore) -> None:
        """WHS-20."""
        made = imported(store, entries(3))

        assert made == ScreeningList(
            version="csl-1", name="csl", imported_at=MONDAY, imported_by="ops-7", entries=3, digest="d-1", current=True
        )
        assert store.screening_lists() == [made]

    def test_keeps_an_entry_as_it_is(self, store: SqlStore) -> None:
        whole = an_entry(
            "e-2",
            source="Denied Persons List (DPL)",
            name="Ōkami 大神 Волк",
            aliases=("狼", "늑대", "الذئب"),
            countries=("JP", "KR"),
            kind="Entity",
            begins_on="2020-02-29",
            ends_on="2030-01-01",
        )
        imported(store, [an_entry("e-1"), whole])

        assert store.list_entries("csl-1") == [an_entry("e-1"), whole]

    def test_each_file_makes_a_version_and_the_older_ones_never_change(self, store: SqlStore) -> None:
        imported(store, entries(3))
        before = everything(store)
        imported(store, [an_entry("e-00000", name="Another Name")], digest="d-2", now=LATER)

        assert [each.version for each in store.screening_lists()] == ["csl-2", "csl-1"]
        assert [entry.name for entry in store.list_entries("csl-2")] == ["Another Name"]
        after = everything(store)
        for table in ("screening_lists", "screening_entries"):
            assert set(map(str, before[table])) < set(map(str, after[table]))

    def test_the_file_of_the_current_version_makes_no_new_one_and_is_not_read(self, store: SqlStore) -> None:
        first = imported(store, entries(3))
        before = everything(store)
        untouched = entries(3)

        assert imported(store, untouched, by="ops-8", now=LATER) == first
        assert everything(store) == before
        assert next(untouched).entry == "e-00000"

    def test_the_file_of_an_older_version_makes_a_new_one(self, store: SqlStore) -> None:
        """Somebody goes back to it."""
        for digest in ("d-1", "d-2", "d-1"):
            imported(store, entries(1), digest=digest)

        assert [(each.version, each.current) for each in store.screening_lists()] == [
            ("csl-3", True),
            ("csl-2", False),
            ("csl-1", False),
        ]

    def test_another_list_of_the_same_content_is_another_list(self, store: SqlStore) -> None:
        imported(store, entries(1), "csl")

        assert imported(store, entries(1), "dpl").version == "dpl-1"

    def test_of_an_empty_file_is_an_empty_version(self, store: SqlStore) -> None:
        """Whether that may be, whoever reads files decides."""
        assert imported(store, []).entries == 0
        assert store.current_version() == "csl-1"

    @pytest.mark.parametrize("apart", [0, screening_lists.AT_ONCE + 1])
    def test_the_very_same_entry_twice_is_one(self, store: SqlStore, apart: int) -> None:
        twice = [an_entry("a"), *entries(apart), an_entry("a"), an_entry("a")]

        assert imported(store, twice).entries == 1 + apart
        assert len(store.list_entries("csl-1")) == 1 + apart

    @pytest.mark.parametrize("apart", [0, screening_lists.AT_ONCE + 1])
    def test_two_different_ones_with_one_id_are_refused_and_nothing_is_imported(
        self, store: SqlStore, apart: int
    ) -> None:
        """One would hide the other, and nobody would ever find it."""
        with pytest.raises(Refused, match="two different entries have the id a:") as refused:
            imported(store, [an_entry("a"), *entries(apart), an_entry("a", name="Kitsune Trading")])

        assert refused.value.problem.code is Reason.CONTRADICTION
        assert not any(everything(store).values())

    def test_whatever_goes_wrong_in_the_middle_of_the_file_leaves_nothing(self, store: SqlStore) -> None:
        imported(store, entries(1))
        before = everything(store)

        def broken() -> Iterator[ListEntry]:
            yield from entries(screening_lists.AT_ONCE + 1)
            raise EOFError

        with pytest.raises(EOFError):
            imported(store, broken(), digest="d-2")
        assert everything(store) == before
        assert imported(store, entries(2), digest="d-2").version == "csl-2"

    def test_is_all_or_nothing(self, store: SqlStore) -> None:
        def fail(*_call: Any) -> None:
            raise RuntimeError

        event.listen(store.engine, "commit", fail)
        with pytest.raises(RuntimeError):
            imported(store, entries(3))
        event.remove(store.engine, "commit", fail)
        assert not any(everything(store).values())

    def test_nobody_sees_a_version_before_it_is_whole(self, store: SqlStore) -> None:
        found: list[str] = []

        def watched() -> Iterator[ListEntry]:
            yield from entries(screening_lists.AT_ONCE + 1)
            found.extend([store.current_version(), *(entry.name for entry in store.list_entries("csl-1"))])

        imported(store, watched())
        assert found == [""]

    def test_of_one_file_by_several_at_once_makes_one_version(self, store: SqlStore) -> None:
        made = at_once(*[lambda: imported(store, entries(20))] * 4)

        assert made == store.screening_lists() * 4
        assert len(store.list_entries("csl-1")) == 20

    def test_of_several_files_at_once_makes_a_version_of_each(self, store: SqlStore) -> None:
        made = at_once(*[lambda n=n: imported(store, entries(5), digest=f"d-{n}") for n in range(4)])

        assert {each.version for each in made if isinstance(each, ScreeningList)} == {f"csl-{n}" for n in range(1, 5)}

    def test_never_holds_more_of_a_file_than_it_writes_at_once(
        self, store: SqlStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written: list[int] = []
        add = screening_lists._added

        def watched(session: Any, version: str, some: Any) -> int:
            written.append(len(some))
            return add(session, version, some)

        monkeypatch.setattr(screening_lists, "_added", watched)
        monkeypatch.setattr(screening_lists, "AT_ONCE", 10)
        imported(store, entries(25))
        assert written == [10, 10, 5]


class TestReading:
    def test_names_all_current_versions_in_one_text(self, store: SqlStore) -> None:
        assert store.current_version() == ""
        imported(store, entries(1), "dpl")
        assert store.current_version() == "dpl-1"
        for digest in ("d-1", "d-2", "d-3"):
            imported(store, entries(1), "csl", digest=digest)

        assert store.current_version() == "csl-3+dpl-1"
        assert [each.version for each in store.screening_lists(current_only=True)] == ["csl-3", "dpl-1"]
        assert [each.version for each in store.screening_lists()] == ["csl-3", "csl-2", "csl-1", "dpl-1"]

    def test_the_tenth_version_is_newer_than_the_ninth(self, store: SqlStore) -> None:
        for number in range(10):
            imported(store, entries(1), digest=f"d-{number}")

        assert store.current_version() == "csl-10"
        assert store.screening_lists()[0].version == "csl-10"

    def test_pages_by_entry_to_the_end_of_one_version(self, store: SqlStore) -> None:
        imported(store, entries(25))
        imported(store, entries(30), digest="d-2")
        pages, after = [], ""
        while page := store.list_entries("csl-1", after, 10):
            pages.append([entry.entry for entry in page])
            after = page[-1].entry

        assert [len(page) for page in pages] == [10, 10, 5]
        assert [id_ for page in pages for id_ in page] == [entry.entry for entry in entries(25)]

    def test_of_a_version_that_is_not_there_is_empty(self, store: SqlStore) -> None:
        assert store.list_entries("csl-9") == []

    def test_what_was_accepted_reads_also_when_today_it_would_be_refused(self, store: SqlStore) -> None:
        imported(store, [an_entry()])
        with store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE screening_entries SET name = ''")

        assert [entry.name for entry in store.list_entries("csl-1")] == [""]
