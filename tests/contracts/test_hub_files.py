"""What comes by file, on every database: rows replaced by key, progress with them, weeks marked. HUB-16, HUB-60."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from adapters.sql.hub_file_schema import HubImportRecord, InvoiceRecord, MeasuredRecord, UsageRecord
from adapters.sql.hub_week_schema import LateWeekRecord
from adapters.sql.schema import EventRecord, LifecycleRecord
from adapters.sql.store import SqlStore
from adapters.sql.upsert import table_of
from domain.hub.imports import BAD, Imported, ImportProgress, RowResult
from domain.hub.imports_calls import CallingRow
from domain.hub.imports_rows import PaymentRow, SignInRow, UsageRow
from domain.hub.payments import PaymentNeed
from domain.lifecycle import Lifecycle
from domain.values import Refused
from tests.hub_files import a_life
from tests.postgres import at_once, everything

NOW = datetime(2026, 8, 5, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
NEW, CHANGED, SAME = RowResult.NEW, RowResult.CHANGED, RowResult.SAME
USAGE = {"id": "sub-1", "day": "2026-08-03", "product": "meetings", "assigned": 20, "used": 12}


def begun(store: SqlStore, kind: Imported = Imported.USAGE, digest: str = "d", now: datetime = NOW) -> ImportProgress:
    progress = ImportProgress(kind=kind, digest=digest, by="ops-7", begun_at=now)
    store.begin_import(progress)
    return progress


def usage(**changes: Any) -> dict[str, Any]:
    columns = UsageRow.model_validate(USAGE | changes).columns()
    return columns | {"lifecycle": columns["lifecycle"] or Lifecycle.SUBSCRIPTION}


class Kept:
    """Rows of one import after the other, and what was told of them."""

    def __init__(self, store: SqlStore, kind: Imported = Imported.USAGE, now: datetime = NOW) -> None:
        self.store, self.now = store, now
        self.progress = begun(store, kind, now=now)
        self.told: list[RowResult] = []

    def __call__(self, *rows: Mapping[str, Any], line: int = 0, bad: int = 0) -> list[RowResult]:
        line = line or self.progress.lines + len(rows)
        self.told = []
        self.progress = self.store.keep_rows(
            self.progress, rows, line=line, bad=bad, now=self.now, before_commit=self.told.extend
        )
        return self.told


def rows_of(store: SqlStore, record: Any) -> list[Any]:
    with store.engine.connect() as connection:
        table = table_of(record)
        return list(connection.execute(select(*table.columns).order_by(*table.primary_key)))


def late(store: SqlStore) -> dict[date, int]:
    return {row.week: row.marks for row in rows_of(store, LateWeekRecord)}


def add(store: SqlStore, record: Any, *rows: Mapping[str, Any]) -> None:
    with store.engine.begin() as connection:
        connection.execute(insert(table_of(record)), list(rows))


class TestRows:
    def test_each_is_new_changed_or_as_it_was(self, store: SqlStore) -> None:
        keep = Kept(store)
        assert keep(usage(), usage(product="calling"), usage(day="2026-08-04"), usage(id="sub-2")) == [NEW] * 4

        again = Kept(store, now=LATER)
        assert again(usage(), usage(product="calling", used=13), usage(id="sub-3")) == [SAME, CHANGED, NEW]
        found = {
            (row.subject, row.product, row.day.day): (row.used, row.recorded_at) for row in rows_of(store, UsageRecord)
        }
        assert found == {
            ("sub-1", "meetings", 3): (12, NOW),
            ("sub-1", "calling", 3): (13, LATER),
            ("sub-1", "meetings", 4): (12, NOW),
            ("sub-2", "meetings", 3): (12, NOW),
            ("sub-3", "meetings", 3): (12, LATER),
        }

    def test_of_several_with_one_key_the_last_one_stays(self, store: SqlStore) -> None:
        assert Kept(store)(usage(), usage(), usage(used=1)) == [NEW, SAME, CHANGED]
        assert [row.used for row in rows_of(store, UsageRecord)] == [1]

    def test_the_same_id_of_a_trial_is_another_row(self, store: SqlStore) -> None:
        assert Kept(store)(usage(), usage(lifecycle="trial")) == [NEW, NEW]

    @pytest.mark.parametrize(
        ("kind", "row", "other"),
        [
            (Imported.USAGE, usage(purchased=25), usage(purchased=None)),
            (
                Imported.PAYMENTS,
                PaymentRow(
                    subscription_id="sub-1",
                    invoice="I-1",
                    issued_on="2026-07-01",
                    due_on="2026-07-31",
                    amount="12.50",
                    currency="EUR",
                    state="paid",
                    paid_on="2026-07-20",
                    auto_renew=True,
                ).columns(),
                {"auto_renew": None},
            ),
            (
                Imported.CALLING,
                CallingRow(
                    customer_id="akasaka",
                    week="2026-08-02",
                    users=4,
                    callers=3,
                    calls=9,
                    minutes=20,
                    low_quality=1,
                    endpoints={"other": {"calls": 2}},
                ).columns(),
                {"content": {}},
            ),
        ],
    )
    def test_repeated_nothing_is_written_and_another_word_is(
        self, store: SqlStore, kind: Imported, row: dict[str, Any], other: dict[str, Any]
    ) -> None:
        keep = Kept(store, kind)
        assert keep(row) == [NEW]
        before = everything(store)
        assert keep(row) == [SAME]
        after = everything(store)
        assert before | {"hub_imports": []} == after | {"hub_imports": []}
        assert keep(row | other) == [CHANGED]

    def test_a_sign_in_is_there_or_not(self, store: SqlStore) -> None:
        row = SignInRow(customer_id="akasaka", administrator="admin-1", day="2026-08-03").columns()
        assert Kept(store, Imported.SIGN_INS)(row, row) == [NEW, SAME]

    def test_nothing_is_fine_too(self, store: SqlStore) -> None:
        keep = Kept(store)
        assert keep(line=7, bad=7) == []
        assert (keep.progress.lines, keep.progress.counts) == (7, {BAD: 7})


def test_each_product_of_which_usage_is_known_is_noted_once(store: SqlStore) -> None:
    keep = Kept(store)
    keep(usage(day="2026-08-04"), usage(day="2026-08-03"), usage(product="calling"))
    keep(usage(day="2026-08-05"), usage(id="sub-2"))
    assert [tuple(row) for row in rows_of(store, MeasuredRecord)] == [
        ("subscription", "sub-1", "calling"),
        ("subscription", "sub-1", "meetings"),
        ("subscription", "sub-2", "meetings"),
    ]


class TestWeeks:
    """HUB-60: each ends on a Sunday, 00:00:00 UTC; 2026-08-02 is one."""

    @pytest.mark.parametrize(
        ("day", "week"),
        [("2026-08-01", date(2026, 8, 2)), ("2026-08-02", date(2026, 8, 9)), ("2026-08-08", date(2026, 8, 9))],
    )
    def test_a_row_marks_the_week_of_its_day(self, store: SqlStore, day: str, week: date) -> None:
        Kept(store)(usage(day=day))
        assert late(store) == {week: 1}

    @pytest.mark.parametrize(
        ("at", "week"),
        [
            ("2026-08-01T23:59:59.999999Z", date(2026, 8, 2)),
            ("2026-08-02T00:00:00Z", date(2026, 8, 9)),
            ("2026-08-02T08:59:59+09:00", date(2026, 8, 2)),
            ("2026-08-02T09:00:00+09:00", date(2026, 8, 9)),
        ],
    )
    def test_a_sign_in_marks_it_to_the_instant(self, store: SqlStore, at: str, week: date) -> None:
        row = SignInRow.model_validate({"customer_id": "akasaka", "administrator": "admin-1", "at": at})
        Kept(store, Imported.SIGN_INS)(row.columns())
        assert late(store) == {week: 1}

    def test_calls_mark_their_own(self, store: SqlStore) -> None:
        row = {"customer_id": "akasaka", "week": date(2026, 8, 2), "content": {}}
        Kept(store, Imported.CALLING)(row)
        assert late(store) == {date(2026, 8, 2): 1}

    def test_what_says_the_same_marks_none_and_a_change_marks_once_more(self, store: SqlStore) -> None:
        keep = Kept(store)
        keep(usage(), usage(day="2026-08-04"))
        assert late(store) == {date(2026, 8, 9): 1}
        keep(usage())
        assert late(store) == {date(2026, 8, 9): 1}
        keep(usage(used=1))
        assert late(store) == {date(2026, 8, 9): 2}


class TestProgress:
    def test_it_is_written_with_its_rows(self, store: SqlStore) -> None:
        keep = Kept(store)
        keep(usage(), usage(id="sub-2"), line=4, bad=1)
        assert store.import_progress(Imported.USAGE, "d") == keep.progress
        assert (keep.progress.lines, keep.progress.counts) == (4, {"new": 2, BAD: 1})
        assert store.import_progress(Imported.SIGN_INS, "d") is None
        assert store.import_progress(Imported.USAGE, "e") is None

    def test_a_run_that_is_killed_leaves_neither_rows_nor_progress_of_what_it_was_at(self, store: SqlStore) -> None:
        """Told already, and not committed: whoever keeps results cuts those off. All of the batch before is there."""
        keep = Kept(store)
        keep(usage())
        before = everything(store)
        told: list[Sequence[RowResult]] = []

        def killed(became: Sequence[RowResult]) -> None:
            told.append(list(became))
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            store.keep_rows(keep.progress, [usage(id="sub-2")], line=9, bad=0, now=NOW, before_commit=killed)
        assert told == [[NEW]]
        assert everything(store) == before
        assert keep(usage(id="sub-2")) == [NEW]

    def test_finished_it_says_when(self, store: SqlStore) -> None:
        keep = Kept(store)
        keep(usage())
        finished = store.finish_import(keep.progress, LATER)
        assert store.import_progress(Imported.USAGE, "d") == finished
        assert (finished.finished_at, finished.done) == (LATER, True)

    def test_begun_anew_it_forgets_how_far_it_came(self, store: SqlStore) -> None:
        keep = Kept(store)
        keep(usage())
        assert begun(store, now=LATER) == store.import_progress(Imported.USAGE, "d")

    def test_of_two_runs_over_one_file_the_second_is_refused(self, store: SqlStore) -> None:
        first = Kept(store)
        second = ImportProgress(kind=Imported.USAGE, digest="d", by="ops-8", begun_at=NOW)
        first(usage())
        before = everything(store)
        with pytest.raises(Refused, match="another run imports this very file"):
            store.keep_rows(second, [usage(used=1)], line=1, bad=0, now=LATER, before_commit=lambda _: None)
        assert everything(store) == before

    def test_at_one_moment_one_of_both_is_refused(self, store: SqlStore) -> None:
        progress = begun(store)

        def run() -> Any:
            return store.keep_rows(progress, [usage()], line=1, bad=0, now=NOW, before_commit=lambda _: None)

        assert sorted(type(each).__name__ for each in at_once(run, run)) == ["ImportProgress", "Refused"]
        assert [row.counts for row in rows_of(store, HubImportRecord)] == [{"new": 1}]

    def test_files_beside_each_other_wait_for_no_one(self, store: SqlStore) -> None:
        """Two imports of the same weeks, in opposite orders of their rows."""
        one, other = begun(store, digest="one"), begun(store, digest="other")
        days = [usage(day=f"2026-08-{day:02}", id=f"sub-{number}") for day in (1, 9) for number in range(20)]

        def run(progress: ImportProgress, rows: list[dict[str, Any]]) -> Any:
            return store.keep_rows(progress, rows, line=1, bad=0, now=NOW, before_commit=lambda _: None)

        ended = at_once(lambda: run(one, days), lambda: run(other, days[::-1]))
        assert [type(each).__name__ for each in ended] == ["ImportProgress"] * 2
        assert len(rows_of(store, UsageRecord)) == 40


class TestWhoIsKnown:
    def test_who_has_licences_and_of_which_kind(self, store: SqlStore) -> None:
        known = [
            a_life("subscription", "s"),
            a_life("trial", "t"),
            a_life("trial", "both"),
            a_life("wholesale", "both"),
        ]
        add(store, LifecycleRecord, *known, a_life("order", "o"))
        found = store.with_licences(["s", "t", "both", "o", "none", *(f"x-{number}" for number in range(1200))])
        assert found == {"s": {"subscription"}, "t": {"trial"}, "both": {"trial", "wholesale"}}

    def test_customers_of_any_life(self, store: SqlStore) -> None:
        add(store, LifecycleRecord, a_life("order", "o", "akasaka"), a_life("trial", "t", "bukchon"))
        assert store.known_customers(["akasaka", "bukchon", "none"]) == {"akasaka", "bukchon"}


def an_invoice(subscription_id: str, state: str, at: datetime = NOW, invoice: str = "I-1") -> dict[str, Any]:
    return {
        "subscription_id": subscription_id,
        "invoice": invoice,
        "issued_on": date(2026, 7, 1),
        "due_on": date(2026, 7, 31),
        "amount": "1",
        "currency": "JPY",
        "state": state,
        "recorded_at": at,
    }


def a_subscription(subject: str, *reasons: str, is_open: bool = True) -> dict[str, Any]:
    stage = ("suspended" if reasons else "active") if is_open else "terminated"
    state = {"suspended_for": sorted(reasons)}
    return a_life("subscription", subject, stage=stage, open=is_open, state=state)


def a_suspension(subject: str, source: str, at: datetime, sequence: int = 2, why: str = "unpaid") -> dict[str, Any]:
    return {
        "lifecycle": "subscription",
        "subject": subject,
        "sequence": sequence,
        "type": "subscription.suspended",
        "occurred_at": at,
        "recorded_at": at,
        "actor": "ops-7",
        "source": source,
        "reason": "x",
        "data": {"why": why},
    }


def needs(store: SqlStore, since: datetime = NOW) -> list[PaymentNeed]:
    return list(store.payment_needs(since))


class TestPaymentNeeds:
    """HUB-16, AMB-42: what is left to do is what the store says, whoever wrote it."""

    def test_what_subscriptions_do_not_say_yet(self, store: SqlStore) -> None:
        add(store, LifecycleRecord, *map(a_subscription, ["a", "b", "c"]))
        add(store, LifecycleRecord, a_subscription("d", "unpaid"), a_subscription("e", "unpaid", "compliance"))
        add(store, LifecycleRecord, a_subscription("f", "compliance"), a_subscription("g", "renewal_incomplete"))
        states = {"a": "unpaid", "b": "paid", "d": "unpaid", "e": "void", "f": "paid", "g": "unpaid", "x": "unpaid"}
        add(store, InvoiceRecord, *(an_invoice(name, state) for name, state in states.items()))

        found = {need.subscription_id: need.update for need in needs(store)}
        assert found == {"a": "suspend", "e": "lift_suspension", "g": "suspend"}

    def test_what_was_suspended_by_hand_waits_for_news(self, store: SqlStore) -> None:
        add(store, LifecycleRecord, *(a_subscription(name, "unpaid") for name in "abc"))
        add(store, InvoiceRecord, *(an_invoice(name, "paid") for name in "abc"))
        add(
            store,
            EventRecord,
            a_suspension("a", "operator", LATER),
            a_suspension("b", "operator", NOW - timedelta(hours=1)),
            a_suspension("c", "operator", NOW - timedelta(hours=1)),
            a_suspension("c", "import", LATER, sequence=3),
        )
        assert [need.subscription_id for need in needs(store)] == ["b", "c"]

    def test_one_that_is_over_is_told_once(self, store: SqlStore) -> None:
        add(store, LifecycleRecord, a_subscription("a", is_open=False))
        add(store, InvoiceRecord, an_invoice("a", "unpaid"))
        assert [need.over for need in needs(store)] == [True]
        assert needs(store, since=LATER) == []

    def test_many_come_page_by_page(self, store: SqlStore) -> None:
        names = [f"s-{number:05}" for number in range(1203)]
        add(store, LifecycleRecord, *map(a_subscription, names))
        add(store, InvoiceRecord, *(an_invoice(name, "unpaid") for name in names))
        assert [need.subscription_id for need in needs(store)] == names
