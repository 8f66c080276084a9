"""`--dry-run`: what a start would set going, if everybody does what is waited for. Nothing real is touched."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from domain.lifecycle import Lifecycle
from domain.mails import role_of
from domain.order.messages import PlaceOrder
from domain.regions import data_region
from domain.trial.messages import Service, StartTrial
from domain.trial.state import TrialState
from domain.values import Message
from domain.working_time import local_day
from starter.answers.lifecycle import (
    Answer,
    LentDevice,
    PlanAnswer,
    PlannedMail,
    StartPlanAnswer,
    TrialPlanAnswer,
    names,
)
from starter.console.ids import Subject, kind_of, subject_of
from starter.console.tables import planned_table
from starter.console.terminal import terminal
from starter.forecast.notes import MailNote
from starter.forecast.renewal import a_term, is_renewal
from starter.forecast.run import Question, forecast
from starter.reach.executions import zone_in

HORIZON: Final = 500
"""Days."""

TERM_ENDS_IN: Final = 90
"""Days, of the subscription that a renewal continues: when it does, only the store knows."""


def dry_run_of(start: Message) -> Answer:
    """Say it, and give it back for machines."""
    mails = tuple(planned_mails(start))
    answer, lines = ANSWERS.get(type(start), _plain)(start, mails)
    subject = subject_of(start)
    what = f"{subject.lifecycle.capitalize()} {subject.id}"
    kind = f" ({start.kind})" if isinstance(start, PlaceOrder | StartTrial) else ""
    terminal.say(f"Valid; nothing was touched. {what}{kind} would run as {subject.workflow_id}.")
    for line in lines:
        terminal.say(f"  {line}")
    terminal.say("")
    terminal.say(planned_table(mails))
    return answer


def planned_mails(start: Message) -> Iterator[PlannedMail]:
    """Who gets which mail, and after what: every guide passes, then what is waited for is done."""
    begins_at = datetime.now(UTC).replace(microsecond=0)
    zone = zone_in(start.model_dump(mode="json"))
    renewed = (a_term(start, local_day(begins_at + timedelta(days=TERM_ENDS_IN), zone)),) if is_renewal(start) else ()
    question = Question(start, zone, begins_at, timedelta(days=HORIZON), before=renewed, everybody_acts=True)
    called = kind_of(start).readers(start)
    causes: dict[tuple[str, str], list[str]] = {}
    for (kind, cause), notes in groupby(asyncio.run(forecast(question)).mails, lambda mail: (mail.kind, mail.cause)):
        causes.setdefault((kind, _to(kind, list(notes), called)), []).append(cause)
    for (kind, to), whens in causes.items():
        yield PlannedMail(kind=kind, to=to, when="; ".join(dict.fromkeys(whens)))


def _to(kind: str, notes: Sequence[MailNote], called: Mapping[str, str]) -> str:
    """By role; of several in one how many, of a partner its id, of somebody named later where."""
    if kind in called:
        return called[kind]
    roles = [role_of(note.to) for note in notes]
    return "; ".join(_who(called.get(role, role.replace("_", " ")), roles.count(role)) for role in dict.fromkeys(roles))


def _who(called: str, number: int) -> str:
    if number > 1:
        return f"each {called} ({number})"
    return called if called.startswith(("the ", "partner ")) else f"the {called}"


def _plain(start: Any, mails: tuple[PlannedMail, ...]) -> tuple[Answer, list[str]]:
    subject = subject_of(start)
    return StartPlanAnswer(workflow_id=subject.workflow_id, mails=mails, **names(*subject)), []


def _order(order: PlaceOrder, mails: tuple[PlannedMail, ...]) -> tuple[Answer, list[str]]:
    starts = "continues" if order.subscription_id is not None else "starts with the built site"
    answer = PlanAnswer(
        order=order.sales_order_number,
        kind=order.kind,
        workflow_id=subject_of(order).workflow_id,
        subscription_id=order.subscription,
        required_terms=order.required_terms,
        mails=mails,
    )
    return answer, [
        f"subscription    {order.subscription}, {starts}",
        f"terms to agree  {', '.join(order.required_terms) or 'none'}",
    ]


def _trial(trial: StartTrial, mails: tuple[PlannedMail, ...]) -> tuple[Answer, list[str]]:
    answer = TrialPlanAnswer(
        trial=trial.trial_id,
        kind=trial.kind,
        workflow_id=subject_of(trial).workflow_id,
        data_region=data_region(trial.customer.country) or "",
        services=trial.services,
        days=TrialState.placed(trial, datetime.now(UTC)).days,
        mails=mails,
        devices=tuple(
            LentDevice(
                device=lent.device_id,
                workflow_id=Subject(Lifecycle.DEVICE, lent.device_id).workflow_id,
                model=lent.model,
                expires_on=lent.expires_on,
            )
            for lent in trial.devices
        ),
    )
    kept = ["numbers      kept for a while when grace has ended, then released"]
    return answer, [
        f"services     {', '.join(answer.services)}, data region {answer.data_region}",
        f"expiry E     {answer.days} days after it becomes active",
        *(kept if Service.CALLING in trial.services else []),
        *(f"device       {each.device}, {each.model}, expires {each.expires_on:%Y-%m-%d}" for each in answer.devices),
    ]


ANSWERS: Final[Mapping[type[Message], Callable[[Any, tuple[PlannedMail, ...]], tuple[Answer, list[str]]]]] = {
    PlaceOrder: _order,
    StartTrial: _trial,
}
"""What two starts say besides, as they always did."""
