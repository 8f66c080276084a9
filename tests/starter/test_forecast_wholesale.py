"""What is to come of a wholesale customer and of its check, also of one that runs. WHS-20 to WHS-27, AMB-30."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.sql.store import SqlStore
from domain.compliance.state import CheckState
from domain.mails import MailState
from domain.wholesale.state import WholesaleState
from domain.working_time import local_day
from tests.compliance import a_start, approved, contacted, in_review
from tests.postgres import everything
from tests.starter.conftest import Answered, Tenure
from tests.wholesale import CALLING, CONSOLE, MEETINGS, a_customer, an_onboarding, started

CHECK = "compliance-W-1-1"
TOKYO = ZoneInfo("Asia/Tokyo")
MONDAY = ("--from", "2031-06-02T01:00:00Z")
"""10:00 in Tokyo."""

Told = list[tuple[str, str, str]]


def told(answered: Answered) -> Told:
    """(time in Tokyo, kind, what) of every entry."""
    assert (answered.code, answered.err) == (0, "")
    return [
        (f"{datetime.fromisoformat(e['at']).astimezone(TOKYO):%Y-%m-%d %H:%M}", e["kind"], e["what"])
        for e in answered.json
    ]


def act(at: str, update: str, to: str | None = None, **message: Any) -> dict[str, Any]:
    return {"at": at, "update": update, "message": message, **({"to": to} if to else {})}


CONFIRM = act("PT30M", "confirm_match", CHECK, reason="same owners")


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """Acts, line by line, as a file."""

    def write(*acts: dict[str, Any]) -> Path:
        (tmp_path / "acts.jsonl").write_text("\n".join(map(json.dumps, acts)), encoding="utf-8")
        return tmp_path / "acts.jsonl"

    return write


@pytest.fixture
def customer(tmp_path: Path) -> Path:
    """A start file."""
    file = tmp_path / "customer.json"
    file.write_text(an_onboarding().model_dump_json(exclude_defaults=True), encoding="utf-8")
    return file


# From a start file.

BEGINNING: Told = [
    ("2031-06-02 10:00", "state", "provisioning"),
    ("2031-06-02 10:00", "state", "W-1-1: checking"),
]
IN_REVIEW = ("2031-06-02 10:00", "state", "W-1-1: in_review")
CONFIRMED: Told = [
    ("2031-06-02 10:30", "state", "W-1-1: what if: confirm_match"),
    ("2031-06-02 10:30", "state", "W-1-1: non_compliant"),
    ("2031-06-02 10:30", "mail", "W-1-1: compliance contact"),
]
LATE = ("2031-06-03 10:00", "deadline", "Provisioning expected: alert if something is still pending")
SECOND: Told = [
    ("2031-06-05 09:00", "deadline", "W-1-1: Contact the partner, attempt 2 of 3"),
    ("2031-06-05 09:00", "mail", "W-1-1: compliance contact"),
]


def ending(day: str, why: str) -> Told:
    """At the end of that day; `day` is the next one."""
    at = f"{day} 00:00"
    return [
        (at, "deadline", f"W-1-1: {why}: customer and users are deprovisioned"),
        (at, "state", "deprovisioning"),
        (at, "state", "deprovisioned"),
        (at, "state", "W-1-1: deprovisioning"),
        (at, "state", "W-1-1: deprovisioned"),
        (at, "loss", "users removed"),
        (at, "loss", "add ons removed"),
        (at, "loss", "packages removed"),
        (at, "loss", "organization deprovisioned"),
        (at, "mail", "wholesale deprovisioned"),
    ]


def test_whs_22_23_nobody_acts_it_is_screened_and_clear_and_waits_for_the_vendor(
    tenure: Tenure, customer: Path
) -> None:
    answered = tenure("forecast", "wholesale", customer, *MONDAY, "--json")
    assert told(answered) == [*BEGINNING, ("2031-06-02 10:00", "state", "W-1-1: clear"), LATE]
    shown = tenure("forecast", "wholesale", customer, *MONDAY).out
    assert f"wholesale W-1: provisioning; it waits for provisioned: {CALLING}, {MEETINGS}, {CONSOLE} from" in shown
    assert "compliance W-1-1: clear; it is over" in shown


def test_whs_26_27_what_if_the_match_is_confirmed_three_contacts_a_last_call_and_the_end(
    tenure: Tenure, customer: Path, written: Any
) -> None:
    """Days 0, 3, 7 and three more to answer: before the thirty days. AMB-30."""
    answered = tenure("forecast", "wholesale", customer, "--what-if", written(CONFIRM), *MONDAY, "--json")
    assert told(answered) == [
        *BEGINNING,
        IN_REVIEW,
        *CONFIRMED,
        LATE,
        *SECOND,
        ("2031-06-09 09:00", "deadline", "W-1-1: Contact the partner, attempt 3 of 3"),
        ("2031-06-09 09:00", "mail", "W-1-1: compliance contact"),
        ("2031-06-11 09:00", "deadline", "W-1-1: Last call, 1 day before the deprovisioning"),
        ("2031-06-11 09:00", "mail", "W-1-1: compliance last call"),
        *ending("2031-06-13", "The partner did not answer"),
    ]
    assert {entry["to"] for entry in answered.json if entry["kind"] == "mail"} == {"partner"}


def test_whs_27_what_if_the_partner_replies_only_the_thirty_days_count(
    tenure: Tenure, customer: Path, written: Any
) -> None:
    acts = written(CONFIRM, act("P5D", "partner_replied", CHECK, reply="We ask them for papers."))
    answered = tenure("forecast", "wholesale", customer, "--what-if", acts, *MONDAY, "--json")
    assert told(answered) == [
        *BEGINNING,
        IN_REVIEW,
        *CONFIRMED,
        LATE,
        *SECOND,
        ("2031-06-07 10:00", "state", "W-1-1: what if: partner_replied"),
        ("2031-06-25 09:00", "deadline", "W-1-1: Last call, 7 days before the deprovisioning"),
        ("2031-06-25 09:00", "mail", "W-1-1: compliance last call"),
        ("2031-07-01 09:00", "deadline", "W-1-1: Last call, 1 day before the deprovisioning"),
        ("2031-07-01 09:00", "mail", "W-1-1: compliance last call"),
        *ending("2031-07-03", "Not resolved in time"),
    ]


def test_whs_24_what_if_it_is_approved_nothing_is_lost(tenure: Tenure, customer: Path, written: Any) -> None:
    acts = written(CONFIRM, act("P4D", "approve", CHECK, reason="another company"))
    answered = tenure("forecast", "wholesale", customer, "--what-if", acts, *MONDAY, "--json")
    assert told(answered)[-3:] == [
        ("2031-06-06 10:00", "state", "W-1-1: what if: approve"),
        ("2031-06-06 10:00", "state", "W-1-1: approved"),
        ("2031-06-06 10:00", "mail", "W-1-1: compliance resolved"),
    ]
    assert "loss" not in {entry["kind"] for entry in answered.json}


def test_whs_25_a_review_that_nobody_decides_in_time_is_late_and_waits_on(
    tenure: Tenure, customer: Path, written: Any
) -> None:
    acts = written(act("P2D", "approve", CHECK, reason="another company"))
    answered = tenure("forecast", "wholesale", customer, "--what-if", acts, *MONDAY, "--json")
    assert ("2031-06-02 11:00", "deadline", "W-1-1: The review takes long: alert") in told(answered)
    assert told(answered)[-1] == ("2031-06-04 10:00", "state", "W-1-1: approved")


def test_whs_12_what_the_catalogue_does_not_have_is_refused_as_it_would_be(tenure: Tenure, tmp_path: Path) -> None:
    file = tmp_path / "customer.json"
    file.write_text(an_onboarding(packages={"webex_dreams": 1}, organization_package=None).model_dump_json())
    answered = tenure("forecast", "wholesale", file, *MONDAY)
    assert answered.code != 0
    assert "packages.webex_dreams: no such package" in answered.err


def test_another_address_begins_another_check_that_is_part_of_it(tenure: Tenure, customer: Path, written: Any) -> None:
    """WHS-20, WHS-31."""
    acts = written(act("P2D", "update_billing_address", billing_address={"country": "DE"}))
    answered = tenure("forecast", "wholesale", customer, "--what-if", acts, *MONDAY, "--json")
    assert told(answered)[-2:] == [
        ("2031-06-04 10:00", "state", "W-1-2: checking"),
        ("2031-06-04 10:00", "state", "W-1-2: clear"),
    ]


# Of a check that runs.


def kept(store: SqlStore, check: CheckState, begun_at: datetime) -> None:
    """The check and its customer, as a real installation has them."""
    customer: WholesaleState = started(a_customer(begun_at), begun_at)
    store.open_lifecycle(an_onboarding(), customer.for_the_store(), "run-1", begun_at, frozenset())
    store.open_lifecycle(a_start(), check.for_the_store(), "run-2", begun_at, frozenset())


def yesterday() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)


def day(since: datetime, after: int, at: str = "09:00") -> str:
    return f"{local_day(since, 'Asia/Tokyo') + timedelta(days=after)} {at}"


def test_whs_26_a_running_check_goes_on_from_where_it_stands_and_the_store_is_only_read(
    tenure: Tenure, store: SqlStore
) -> None:
    """Contacted on day 0; days 3 and 7 are to come."""
    since = yesterday()
    kept(store, contacted(since), since)
    before = everything(store)
    found = told(tenure("forecast", "compliance", "W-1-1", "--json"))
    assert [entry for entry in found if entry[1] in {"deadline", "mail"} and "Provisioning" not in entry[2]] == [
        (day(since, 3), "deadline", "Contact the partner, attempt 2 of 3"),
        (day(since, 3), "mail", "compliance contact"),
        (day(since, 7), "deadline", "Contact the partner, attempt 3 of 3"),
        (day(since, 7), "mail", "compliance contact"),
        (day(since, 9), "deadline", "Last call, 1 day before the deprovisioning"),
        (day(since, 9), "mail", "compliance last call"),
        (day(since, 11, "00:00"), "deadline", "The partner did not answer: customer and users are deprovisioned"),
        (day(since, 11, "00:00"), "mail", "W-1: wholesale deprovisioned"),
    ]
    assert (day(since, 11, "00:00"), "loss", "W-1: users removed") in found
    assert everything(store) == before


def test_what_if_a_running_review_ends_with_a_confirmation(tenure: Tenure, store: SqlStore, written: Any) -> None:
    """What had left before does not leave again."""
    since, check = yesterday(), in_review(yesterday())
    kept(store, check, since)
    for mail in check.mails_in(MailState.PENDING):
        store.claim(mail.key, mail.kind, check.lifecycle, check.subject, "compliance_team", since)
        store.settle(mail.key, MailState.SENT, "250 2.0.0 Ok", since)
    acts = written(act("P1D", "confirm_match", reason="same owners"))
    found = told(tenure("forecast", "compliance", "W-1-1", "--what-if", acts, "--json"))
    assert [what for _, _, what in found if what.startswith(("what if", "non_comp", "compliance", "W-1: deprov"))] == [
        "compliance review late",
        "what if: confirm_match",
        "non_compliant",
        *["compliance contact"] * 3,
        "compliance last call",
        "W-1: deprovisioning",
        "W-1: deprovisioned",
    ]


def test_a_running_customer_goes_on_with_its_open_check_and_the_store_is_only_read(
    tenure: Tenure, store: SqlStore
) -> None:
    """The same days as those of its check."""
    since = yesterday()
    kept(store, contacted(since), since)
    before = everything(store)
    found = told(tenure("forecast", "wholesale", "W-1", "--json"))
    assert (day(since, 7), "deadline", f"{CHECK[11:]}: Contact the partner, attempt 3 of 3") in found
    assert (day(since, 11, "00:00"), "state", "deprovisioned") in found
    assert (day(since, 11, "00:00"), "loss", "users removed") in found
    assert everything(store) == before


def test_a_customer_that_runs_begins_now_and_one_that_nobody_knows_is_told(tenure: Tenure, store: SqlStore) -> None:
    assert "--from: goes with a FILE" in tenure("forecast", "wholesale", "W-1", *MONDAY).err
    answered = tenure("forecast", "wholesale", "W-1")
    assert (answered.code, answered.err) == (6, "Error: no wholesale customer W-1 is known\n")
    assert (
        "FILE|ID: is neither a file that is there nor an id such as W-1001"
        in tenure("forecast", "wholesale", "no/such.json").err
    )


def test_of_what_is_over_or_not_known_there_is_no_forecast(tenure: Tenure, store: SqlStore) -> None:
    assert "no compliance check W-1-1 is known" in tenure("forecast", "compliance", "W-1-1").err
    check = in_review(yesterday())
    check.approve(approved(), yesterday())
    kept(store, check, yesterday())
    answered = tenure("forecast", "compliance", "W-1-1")
    assert answered.code != 0
    assert "compliance check W-1-1 is approved: nothing is to come" in answered.err


def test_the_what_if_that_the_page_on_screening_shows_can_be_asked(tenure: Tenure) -> None:
    """examples/what-if-confirm-match.jsonl."""
    examples = Path(__file__).parents[2] / "examples"
    acts = ("--what-if", examples / "what-if-confirm-match.jsonl")
    answered = tenure("forecast", "wholesale", examples / "wholesale.json", *acts, *MONDAY, "--json")
    assert ("state", "deprovisioned") in [(kind, what) for _, kind, what in told(answered)]
