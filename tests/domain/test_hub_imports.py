"""What a row of a file may say: of usage, sign-ins, payments and calls. HUB-10 to HUB-17, HUB-54, HUB-60."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from domain.hub.calls import EndpointCalls
from domain.hub.imports import Imported, ImportProgress, RowResult
from domain.hub.imports_calls import CallingRow, calls_of
from domain.hub.imports_rows import PaymentRow, RowProblem, SignInRow, UsageRow
from domain.hub.payments import InvoiceStands, LastWord, PaymentNeed, need_of
from domain.lifecycle import Lifecycle
from domain.values import Source
from starter.console.models import problems

TODAY = date(2026, 8, 5)
USAGE = {"id": "sub-SO-100001", "day": "2026-08-03", "product": "meetings", "assigned": 20, "used": 12}
SIGN_IN = {"customer_id": "akasaka", "administrator": "admin-17", "day": "2026-08-03"}
INVOICE = {
    "subscription_id": "sub-SO-100001",
    "invoice": "INV-1",
    "issued_on": "2026-07-01",
    "due_on": "2026-07-31",
    "amount": "1250.50",
    "currency": "JPY",
    "state": "open",
}
WEEK = {
    "customer_id": "akasaka",
    "week": "2026-08-02",
    "users": 40,
    "callers": 30,
    "calls": 800,
    "minutes": 2400,
    "low_quality": 10,
}
QUEUE = {"answered": 10, "answer_seconds": 200, "abandoned": 2, "abandoned_seconds": 60}
MODELS: list[tuple[type[Any], dict[str, Any]]] = [
    (UsageRow, USAGE),
    (SignInRow, SIGN_IN),
    (PaymentRow, INVOICE),
    (CallingRow, WEEK),
]


def wrong(model: type[Any], given: dict[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with it, as whoever sent it is told."""
    found = problems(model, given)
    return found if isinstance(found, list) else []


@pytest.mark.parametrize(("model", "given"), MODELS)
def test_a_row_as_it_should_be_is_taken(model: type[Any], given: dict[str, Any]) -> None:
    row = model(**given)
    assert [*row.too_early(TODAY)] == []
    assert set(model.key) <= row.columns().keys()


@pytest.mark.parametrize(
    ("model", "given", "field"),
    [(model, given, field) for model, given in MODELS for field in given if field != "day" or model is UsageRow],
)
def test_every_field_of_the_shortest_row_is_required(model: type[Any], given: dict[str, Any], field: str) -> None:
    left_out = {name: value for name, value in given.items() if name != field}
    assert wrong(model, left_out) == [(field, "is required")]


AN_ID = "must be 1 to 64 Latin letters, digits, dots, dashes or underscores, a letter or digit first"
A_NAME = "must be 1 to 40 small Latin letters, digits or underscores, a letter first"
NO_DAY = "must be a date such as 2027-03-31"
A_NUMBER = "must be a whole number"

REFUSED = [
    (UsageRow, {"id": "sub SO"}, "id", AN_ID),
    (UsageRow, {"id": "x" * 65}, "id", AN_ID),
    (UsageRow, {"day": "2026-8-3"}, "day", NO_DAY),
    (UsageRow, {"day": "2026-02-30"}, "day", "is a day that no calendar has"),
    (UsageRow, {"day": 1785715200}, "day", NO_DAY),
    (UsageRow, {"day": "20260803"}, "day", NO_DAY),
    (UsageRow, {"day": "1999-12-31"}, "day", "must be a day of this century"),
    (UsageRow, {"day": "2100-01-01"}, "day", "must be a day of this century"),
    (UsageRow, {"product": "Webex Meetings"}, "product", A_NAME),
    (UsageRow, {"product": ""}, "product", A_NAME),
    (UsageRow, {"assigned": -1}, "assigned", "must be at least 0"),
    (UsageRow, {"assigned": 1_000_001}, "assigned", "must be at most 1000000"),
    (UsageRow, {"used": "twelve"}, "used", A_NUMBER),
    (UsageRow, {"used": 1.5}, "used", A_NUMBER),
    (UsageRow, {"purchased": -1}, "purchased", "must be at least 0"),
    (UsageRow, {"used_assigned": 13}, "used_assigned", "must be at most used, and at most assigned (AMB-25)"),
    (
        UsageRow,
        {"used": 30, "used_assigned": 21},
        "used_assigned",
        "must be at most used, and at most assigned (AMB-25)",
    ),
    (UsageRow, {"lifecycle": "order"}, "lifecycle", "must be one of 'subscription', 'trial' or 'wholesale'"),
    (UsageRow, {"user": 1}, "user", 'is not a known field, did you mean "used"?'),
    (SignInRow, {"administrator": "a@akasaka.example"}, "administrator", AN_ID),
    (SignInRow, {"day": None}, "day", "is required, or at; and only one of them"),
    (SignInRow, {"at": "2026-08-03T09:00:00Z"}, "day", "is required, or at; and only one of them"),
    (
        SignInRow,
        {"day": None, "at": "2026-08-03T09:00:00"},
        "at",
        "must say its offset, such as 2027-03-31T09:00:00+09:00",
    ),
    (PaymentRow, {"amount": "-1"}, "amount", "must be at least 0"),
    (PaymentRow, {"amount": "1.23456"}, "amount", "must have at most 4 decimals"),
    (PaymentRow, {"amount": "much"}, "amount", "must be a number"),
    (PaymentRow, {"amount": "NaN"}, "amount", "must be a finite number"),
    (PaymentRow, {"currency": "XXX"}, "currency", "must be a currency of ISO 4217, such as JPY"),
    (PaymentRow, {"currency": "Yen "}, "currency", "must be a currency of ISO 4217, such as JPY"),
    (PaymentRow, {"state": "overdue"}, "state", "must be one of 'open', 'unpaid', 'paid' or 'void'"),
    (PaymentRow, {"due_on": "2026-06-30"}, "due_on", "must not be before issued_on"),
    (PaymentRow, {"state": "paid"}, "paid_on", "is required of an invoice that is paid"),
    (PaymentRow, {"paid_on": "2026-07-15"}, "paid_on", "must be empty unless state is paid"),
    (PaymentRow, {"state": "void", "paid_on": "2026-07-15"}, "paid_on", "must be empty unless state is paid"),
    (PaymentRow, {"auto_renew": "perhaps"}, "auto_renew", "must be true or false"),
    (CallingRow, {"week": "2026-08-05"}, "week", "must be the Sunday that ends the week: 2026-08-09 (HUB-60)"),
    (CallingRow, {"week": "2026-08-08"}, "week", "must be the Sunday that ends the week: 2026-08-09 (HUB-60)"),
    (CallingRow, {"week": "2026-08-03"}, "week", "must be the Sunday that ends the week: 2026-08-09 (HUB-60)"),
    (CallingRow, {"callers": 41}, "callers", "must be at most users"),
    (CallingRow, {"callers": 0}, "callers", "must not be 0 where there were calls"),
    (CallingRow, {"calls": 20}, "callers", "must be at most calls, for each of them made one"),
    (CallingRow, {"low_quality": 801}, "low_quality", "must be at most calls"),
    (CallingRow, {"minutes": 1_000_000_001}, "minutes", "must be at most 1000000000"),
    (CallingRow, {"endpoints": {"desk_phone": {"calls": 801}}}, "endpoints", "must have at most calls each"),
    (
        CallingRow,
        {"endpoints": {"desk_phone": {"calls": 1, "low_quality": 2}}},
        "endpoints.desk_phone.low_quality",
        "must be at most calls",
    ),
    (
        CallingRow,
        {"endpoints": {"desk_fone": {"calls": 1}}},
        "endpoints.desk_fone",
        'is not a known field, did you mean "desk_phone"?',
    ),
    (CallingRow, {"features": {"call_queue": -1}}, "features.call_queue", "must be at least 0"),
    (CallingRow, {"queue": {"answered": 1}}, "queue.answer_seconds", "is required"),
    (
        CallingRow,
        {"queue": QUEUE | {"answered": 0}},
        "queue.answer_seconds",
        "must be 0 where no call was answered",
    ),
    (
        CallingRow,
        {"queue": QUEUE | {"abandoned": 0}},
        "queue.abandoned_seconds",
        "must be 0 where no call was abandoned",
    ),
]


@pytest.mark.parametrize(("model", "change", "field", "what"), REFUSED)
def test_what_cannot_be_is_refused_at_its_field(
    model: type[Any], change: dict[str, Any], field: str, what: str
) -> None:
    given = dict(MODELS)[model] | change
    assert (field, what) in wrong(model, {name: value for name, value in given.items() if value is not None})


TOO_EARLY = "is in the future (days are UTC)"


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (UsageRow(**USAGE | {"day": "2026-08-05"}), []),
        (UsageRow(**USAGE | {"day": "2026-08-06"}), [RowProblem("day", TOO_EARLY)]),
        (SignInRow(**SIGN_IN | {"day": "2026-08-06"}), [RowProblem("day", TOO_EARLY)]),
        (SignInRow(customer_id="a", administrator="b", at="2026-08-06T08:59:59+09:00"), []),
        (
            SignInRow(customer_id="a", administrator="b", at="2026-08-06T09:00:00+09:00"),
            [RowProblem("at", TOO_EARLY)],
        ),
        (PaymentRow(**INVOICE | {"due_on": "2026-12-31"}), []),
        (
            PaymentRow(**INVOICE | {"issued_on": "2026-08-06", "due_on": "2026-12-31"}),
            [RowProblem("issued_on", TOO_EARLY)],
        ),
        (PaymentRow(**INVOICE | {"state": "paid", "paid_on": "2026-08-06"}), [RowProblem("paid_on", TOO_EARLY)]),
        (PaymentRow(**INVOICE | {"state": "unpaid", "due_on": "2026-08-05"}), []),
        (
            PaymentRow(**INVOICE | {"state": "unpaid", "due_on": "2026-08-06"}),
            [RowProblem("state", "unpaid is what is due; until then an invoice is open (HUB-16)")],
        ),
        (CallingRow(**WEEK), []),
        (
            CallingRow(**WEEK | {"week": "2026-08-09"}),
            [RowProblem("week", "is not over yet (a week ends as its Sunday begins, UTC)")],
        ),
    ],
)
def test_what_has_not_come_yet_is_told_from_the_day_after_today_on(row: Any, found: list[RowProblem]) -> None:
    assert [*row.too_early(TODAY)] == found


def test_a_week_of_calls_is_over_on_the_sunday_that_ends_it() -> None:
    assert not [*CallingRow(**WEEK | {"week": "2026-08-09"}).too_early(date(2026, 8, 9))]


@pytest.mark.parametrize(("used", "assigned", "both"), [(12, 20, 12), (20, 12, 12), (0, 5, 0)])
def test_used_and_assigned_is_the_lower_of_both_unless_it_is_said(used: int, assigned: int, both: int) -> None:
    """AMB-25."""
    row = UsageRow(**USAGE | {"used": used, "assigned": assigned})
    assert row.columns()["used_assigned"] == both
    assert UsageRow(**USAGE | {"used_assigned": 0}).columns()["used_assigned"] == 0


def test_usage_leaves_open_whose_it_is_unless_it_is_said() -> None:
    assert UsageRow(**USAGE).columns()["lifecycle"] is None
    assert UsageRow(**USAGE | {"lifecycle": "trial"}).columns()["lifecycle"] == Lifecycle.TRIAL


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-08-02T23:59:59.999999Z", date(2026, 8, 2)),
        ("2026-08-03T00:00:00Z", date(2026, 8, 3)),
        ("2026-08-03T08:59:59+09:00", date(2026, 8, 2)),
        ("2026-08-02T20:00:00-04:00", date(2026, 8, 3)),
    ],
)
def test_a_sign_in_belongs_to_its_day_in_utc(at: str, day: date) -> None:
    row = SignInRow(customer_id="akasaka", administrator="admin-17", at=at)
    assert row.columns() == {"customer_id": "akasaka", "day": day, "administrator": "admin-17"}


@pytest.mark.parametrize(
    ("given", "kept"), [("1250.50", "1250.5"), ("1250", "1250"), ("1E+3", "1000"), ("0.00", "0"), (12.1, "12.1")]
)
def test_the_same_amount_is_always_the_same_text(given: Any, kept: str) -> None:
    """Else an export that writes 1250.0 instead of 1250 would change every invoice."""
    assert PaymentRow(**INVOICE | {"amount": given}).columns()["amount"] == kept
    assert Decimal(kept) == Decimal(str(given))


def test_calls_are_stored_and_read_back_as_they_were() -> None:
    """§6.9: by endpoint, by feature, in queues."""
    endpoints = {"desk_phone": {"calls": 600, "low_quality": 7}, "mobile_app": {"calls": 200}}
    row = CallingRow(**WEEK, endpoints=endpoints, features={"call_queue": 12}, queue=QUEUE)
    columns = row.columns()
    calls = calls_of(columns["customer_id"], columns["week"], columns["content"])

    assert (calls.calls, calls.callers, calls.low_quality) == (800, 30, 10)
    assert calls.endpoints["mobile_app"] == EndpointCalls(calls=200, low_quality=0)
    assert calls.features == {"call_queue": 12}
    assert calls.queue_enabled
    assert (calls.queue_answered, calls.queue_answer_seconds) == (10, 200)
    assert (calls.queue_abandoned, calls.queue_abandoned_seconds) == (2, 60)


def test_who_has_no_call_queue_says_nothing_of_queues() -> None:
    calls = calls_of("akasaka", date(2026, 8, 2), CallingRow(**WEEK).columns()["content"])
    assert (calls.queue_enabled, calls.queue_answered, calls.endpoints, calls.features) == (False, 0, {}, {})


NOW = datetime(2026, 8, 5, 9, tzinfo=UTC)
BEFORE, AFTER = datetime(2026, 8, 5, 8, tzinfo=UTC), datetime(2026, 8, 5, 10, tzinfo=UTC)


def stands(*states: str, at: datetime = NOW) -> list[InvoiceStands]:
    return [InvoiceStands(f"INV-{number}", state, at) for number, state in enumerate(states, start=1)]


@pytest.mark.parametrize(
    ("states", "suspended", "update"),
    [
        (["unpaid"], False, "suspend"),
        (["paid", "unpaid", "open"], False, "suspend"),
        (["unpaid"], True, None),
        (["paid"], True, "lift_suspension"),
        (["void", "open"], True, "lift_suspension"),
        (["paid", "unpaid"], True, None),
        (["paid"], False, None),
        (["open"], False, None),
        (["void"], False, None),
    ],
)
def test_a_subscription_is_suspended_while_an_invoice_is_unpaid(
    states: list[str], suspended: bool, update: str | None
) -> None:
    """HUB-16, AMB-42."""
    need = need_of("sub-1", stands(*states), suspended=suspended, word=None)
    assert (need and need.update) == update


@pytest.mark.parametrize(
    ("word", "lifted"),
    [
        (LastWord(Source.IMPORT, AFTER), True),
        (LastWord(Source.OPERATOR, AFTER), False),
        (LastWord(Source.OPERATOR, BEFORE), True),
        (None, True),
    ],
)
def test_what_somebody_suspended_by_hand_only_a_newer_invoice_lifts(word: LastWord | None, lifted: bool) -> None:
    assert bool(need_of("sub-1", stands("paid"), suspended=True, word=word)) == lifted


def test_one_that_is_over_is_told_of_what_is_unpaid_and_never_lifted() -> None:
    assert a_need(stands("unpaid"), over=True).over
    assert need_of("sub-1", stands("paid"), suspended=True, word=None, over=True) is None


def a_need(invoices: list[InvoiceStands], *, over: bool = False) -> PaymentNeed:
    found = need_of("sub-1", invoices, suspended=False, word=None, over=over)
    assert found is not None
    return found


def test_an_update_has_one_id_as_long_as_its_invoices_stand_like_this() -> None:
    """In whatever order they come; a new word on one of them is another need."""
    first = a_need(stands("unpaid", "paid"))

    assert first.update_id == a_need(stands("unpaid", "paid")[::-1]).update_id
    others = [stands("unpaid", "paid", at=AFTER), stands("unpaid", "void"), stands("unpaid")]
    assert len({first.update_id, *(a_need(other).update_id for other in others)}) == 4


def test_a_reason_names_two_invoices_and_counts_the_rest() -> None:
    assert a_need(stands("unpaid", "unpaid")).reason == "not paid: INV-1, INV-2"
    many = [InvoiceStands(f"{number:064}", "unpaid", NOW) for number in range(5)]
    assert a_need(many).reason.endswith("and 3 more")
    assert len(a_need(many).reason) <= 200


def test_progress_counts_what_was_done_and_is_done_only_without_a_wrong_line() -> None:
    begun = ImportProgress(kind=Imported.USAGE, digest="d", by="ops-7", begun_at=NOW)
    on = begun.after(5, [RowResult.NEW, RowResult.SAME], 1).after(9, [RowResult.NEW], 0)

    assert (on.lines, dict(on.counts)) == (9, {"new": 2, "same": 1, "bad_input": 1})
    assert not on.done
    finished = ImportProgress(kind=Imported.USAGE, digest="d", by="ops-7", begun_at=NOW, finished_at=NOW)
    assert finished.done
    assert not finished.after(9, [], 1).done
