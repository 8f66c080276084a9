"""`tenure hold`, `resume`, `skip`: many lives at once, counted and asked for, and nobody acted on twice."""

from typing import Any
from uuid import uuid4

import pytest
import typer

from domain.lifecycle import Lifecycle
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.reach import batch, several
from starter.reach.update import send
from tests.makers import a_customer, a_paid_customer_s_trial, an_order, built, cleared, submitted
from tests.starter.conftest import Answered, Tenure, eventually
from tests.starter.test_desk import lent
from tests.support.embedded import Background

WHY = ("--reason", "in dispute with the partner", "--by", "ops-7")
OVER = ("--reason", "the dispute is over", "--by", "ops-7")


class Sample:
    """A few lives of every kind, and what their records say."""

    def __init__(self, service: Background, tenure: Tenure, ids: list[str]) -> None:
        self.service, self.tenure, self.ids = service, tenure, ids
        self.query = " OR ".join(f"WorkflowId = '{id_}'" for id_ in ids)

    def asked(self, verb: str, *words: object) -> Answered:
        """As a machine asks."""
        return self.tenure(verb, "--query", self.query, *words, "--json")

    def happened(self, event: str) -> dict[str, int]:
        """How often, by workflow id."""
        found = {}
        for id_ in self.ids:
            lifecycle, _, subject = id_.partition("-")
            types = [each.type for each in self.service.store.events(Lifecycle(lifecycle), subject)]
            found[id_] = types.count(f"{lifecycle}.{event}" if event.startswith("operator") else event)
        return found


@pytest.fixture
def sample(service: Background, tenure: Tenure) -> Sample:
    """Two orders, of which one is in service, its subscription, a trial, and the device it lends."""
    mark = uuid4().hex[:6].upper()
    held, graduating, trial = f"SO-{mark}-1", f"SO-{mark}-2", f"T-{mark}"
    (device, *_) = lent()
    device = device.model_copy(update={"device_id": f"D-{mark}", "serial_number": f"FOC-{mark}"})

    async def settled() -> None:
        for number in (held, graduating):
            await service.env.place(an_order(number, customer=a_customer(id=f"customer-of-{number}")))
        order = service.env.order(graduating)
        for update, message in (
            ("clear_compliance", cleared()),
            ("submit_provisioning_form", submitted()),
            ("report_site_built", built()),
        ):
            await service.env.send(order, update, message)
        wanted = a_paid_customer_s_trial(trial, customer=a_customer(id=f"customer-of-{trial}"), devices=(device,))
        await service.env.start_trial(wanted)

    service.do(settled())
    ids = [
        f"order-{held}",
        f"order-{graduating}",
        f"subscription-sub-{graduating}",
        f"trial-{trial}",
        f"device-D-{mark}",
    ]
    found = Sample(service, tenure, ids)
    eventually(
        lambda: found.asked("hold", *WHY, "--dry-run"), lambda said: said.code == 0 and said.lines[-1]["fit"] == 5
    )
    return found


def results(answered: Answered) -> dict[str, str]:
    return {line["workflow_id"]: line["result"] for line in answered.lines[:-1]}


def test_a_dry_run_counts_and_touches_nobody(sample: Sample) -> None:
    said = sample.asked("hold", *WHY, "--dry-run")
    assert said.code == Exit.OK
    assert results(said) == dict.fromkeys(sample.ids, "planned")
    assert [(line["number"], line["of"]) for line in said.lines[:-1]] == [(n, 5) for n in range(1, 6)]
    assert said.lines[-1] | {"batch": ""} == {
        "warnings": [],
        "summary": True,
        "batch": "",
        "dry_run": True,
        "fit": 5,
        "planned": 5,
        "done": 0,
        "repeated": 0,
        "left": 0,
        "failed": 0,
    }
    assert set(sample.happened("operator_hold").values()) == {0}


def test_all_kinds_are_held_and_go_on_again_but_for_those_held_for_another_reason(
    sample: Sample, tenure: Tenure
) -> None:
    first, *others = sample.ids
    assert tenure("order", "hold", first, "--reason", "asked by the customer", "--by", "ops-9").code == 0
    held = sample.asked("hold", *WHY, "--yes")
    assert held.code == Exit.OK
    assert results(held) == {first: "left"} | dict.fromkeys(others, "done")
    assert next(line["message"] for line in held.lines if line.get("workflow_id") == first) == (
        "held already by ops-9: asked by the customer"
    )
    resumed = sample.asked("resume", *OVER, "--held-for", "in dispute with the partner", "--yes")
    assert results(resumed) == {first: "left"} | dict.fromkeys(others, "done")
    assert eventually(lambda: sample.happened("operator_resumed"), lambda n: sum(n.values()) == len(others))[first] == 0
    assert set(sample.happened("operator_hold").values()) == {1}


def test_an_interrupted_batch_does_the_rest_and_acts_on_nobody_twice(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    async def until_somebody_presses_ctrl_c(client: Any, subject: Subject, *said: Any) -> Any:
        if len(sent) == 2:
            raise KeyboardInterrupt
        sent.append(subject.workflow_id)
        return await send(client, subject, *said)

    named = ("--batch", f"dispute-{uuid4().hex[:6]}")
    with monkeypatch.context() as patched:
        patched.setattr(batch, "send", until_somebody_presses_ctrl_c)
        patched.setattr(several, "AT_ONCE", 1)
        assert sample.asked("hold", *WHY, "--yes", *named).code == Exit.INTERRUPTED
    assert sum(eventually(lambda: sample.happened("operator_hold"), lambda n: sum(n.values()) == 2).values()) == 2

    rest = sample.asked("hold", *WHY, "--yes", *named)
    assert rest.code == Exit.OK
    assert results(rest) == {id_: "repeated" if id_ in sent else "done" for id_ in sample.ids}
    assert sample.asked("resume", *OVER, "--yes", *named).lines[-1]["done"] == 5
    again = sample.asked("hold", *WHY, "--yes", *named)
    assert results(again) == dict.fromkeys(sample.ids, "repeated"), "nobody is held anew by a batch that is done"
    assert set(sample.happened("operator_hold").values()) == {1}


def test_one_that_refuses_is_said_and_stops_no_other_and_what_is_over_meanwhile_is_no_failure(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing, over, *others = sample.ids
    stops = {refusing: Stop(Exit.REFUSED, "not now"), over: Stop(Exit.CLOSED, "is over: cancelled")}

    async def some_refuse(client: Any, subject: Subject, *said: Any) -> Any:
        if stop := stops.get(subject.workflow_id):
            raise stop
        return await send(client, subject, *said)

    monkeypatch.setattr(batch, "send", some_refuse)
    said = sample.asked("hold", *WHY, "--yes", "--batch", f"dispute-{uuid4().hex[:6]}")
    assert said.code == Exit.REFUSED
    assert results(said) == {refusing: "failed", over: "left"} | dict.fromkeys(others, "done")
    assert said.error["message"].startswith("1 of 5 failed: mend what is wrong; the same command with --batch dispute-")


def test_the_same_name_for_something_else_is_a_conflict(sample: Sample) -> None:
    named = ("--batch", f"dispute-{uuid4().hex[:6]}")
    assert sample.asked("hold", *WHY, "--yes", *named).code == Exit.OK
    other = sample.asked("hold", "--reason", "a holiday", "--by", "ops-7", "--yes", *named)
    assert (other.code, {line["problem_code"] for line in other.lines[:-1]}) == (Exit.CONFLICT, {"conflict"})


def test_one_reminder_of_each_is_left_out_and_a_second_run_leaves_out_no_other(sample: Sample) -> None:
    named = ("--batch", f"holiday-{uuid4().hex[:6]}")
    said = sample.asked("skip", *WHY, "--yes", *named)
    assert said.code == Exit.OK
    with_reminders = {id_: n for id_, n in results(said).items() if n == "done"}
    assert {id_.partition("-")[0] for id_ in with_reminders} == {"order", "subscription", "device"}
    assert sample.ids[1] in with_reminders, "one that waits for graduation"
    assert sample.ids[0] not in with_reminders
    again = sample.asked("skip", *WHY, "--yes", *named)
    assert {id_ for id_, n in results(again).items() if n == "repeated"} == with_reminders.keys()
    skipped = eventually(lambda: sample.happened("deadline.left_out"), lambda n: sum(n.values()) == len(with_reminders))
    assert {id_ for id_, n in skipped.items() if n == 1} == with_reminders.keys()
    another = sample.asked("skip", *WHY, "--reminder", "graduation_reminder", "--dry-run")
    assert [id_ for id_, n in results(another).items() if n == "planned"] == [sample.ids[1]]


def test_more_than_the_limit_is_not_begun(sample: Sample) -> None:
    said = sample.asked("hold", *WHY, "--yes", "--limit", 4)
    assert (said.code, said.out) == (Exit.BAD_INPUT, "")
    assert said.error["message"] == "5 fit, more than 4: ask for fewer, or say a higher --limit"
    assert set(sample.happened("operator_hold").values()) == {0}


@pytest.mark.parametrize(("answer", "code"), [(True, Exit.OK), (False, Exit.INTERRUPTED)])
def test_people_see_how_many_there_are_and_are_asked(
    sample: Sample, tenure: Tenure, monkeypatch: pytest.MonkeyPatch, answer: bool, code: Exit
) -> None:
    asked: list[str] = []

    def confirm(text: str, **_: object) -> None:
        asked.append(text)
        if not answer:
            raise typer.Abort

    monkeypatch.setattr(typer, "confirm", confirm)
    said = tenure("hold", "--query", sample.query, *WHY)
    assert said.code == code
    assert asked == ["Hold 5 lifecycles?"]
    assert said.out.startswith("Open and fitting: 5; hold 5 lifecycles:\n")
    assert f"  {sample.ids[0]}: is on compliance hold\n" in said.out
    assert set(sample.happened("operator_hold").values()) == {int(answer)}
    assert ("--batch" in said.out) is answer, "how to go on after an interruption"
    assert (f"/5 {sample.ids[0]} done: is on compliance hold\n" in said.out) is answer


@pytest.mark.parametrize(
    ("words", "field", "said"),
    [
        (("--query", "a = 1", "--by", "ops-7"), "--reason", "is required: it is kept with every lifecycle"),
        (("--query", "a = 1", "--reason", "x"), "--by", "is required: it is kept with every lifecycle"),
        (("--query", "a = 1", "--reason", "REPLACE-ME", "--by", "ops-7"), "reason", "REPLACE-ME still stands there"),
        (("--query", "a = 1", *WHY, "--batch", "a b"), "--batch", "must be 1 to 64 Latin letters"),
        (("--query", "a = 1", *WHY), "--yes", "say --dry-run first"),
        *(
            (("--query", query, *WHY, "--yes"), "--query", "asks for what is closed")
            for query in (
                "ExecutionStatus = 'Completed'",
                "ExecutionStatus IN ('Running', 'Failed')",
                "ExecutionStatus != 'Running'",
                "CloseTime > '2026-01-01T00:00:00Z'",
                "TenureStage = 'held' AND ExecutionStatus = 'Running' OR ExecutionStatus='Terminated'",
            )
        ),
    ],
)
@pytest.mark.parametrize("verb", ["hold", "resume", "skip"])
def test_what_is_wrong_is_said_before_anybody_is_asked(
    verb: str, words: tuple[str, ...], field: str, said: str, tenure: Tenure
) -> None:
    answered = tenure(verb, *words, "--json")
    assert (answered.code, answered.out) == (Exit.BAD_INPUT, "")
    assert answered.error["field"] == field
    assert answered.error["message"].startswith(said)


def test_a_list_of_the_desk_can_be_used_as_it_is(tenure: Tenure) -> None:
    """It asks for what runs; and a customer may be called as one likes."""
    query = "TenureCustomer = 'CloseTime' AND ExecutionStatus = 'Running'"
    assert tenure("hold", "--query", query, *WHY, "--yes", "--json").code == Exit.UNREACHABLE


def test_nothing_that_fits_is_said(service: Background, tenure: Tenure) -> None:
    assert service.env
    said = tenure("hold", "--query", "WorkflowId = 'order-SO-NONE'", *WHY, "--yes", "--json")
    assert (said.code, said.error["message"]) == (Exit.NOT_FOUND, "nothing that is open fits; nothing was done")
