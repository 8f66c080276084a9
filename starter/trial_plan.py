"""What a trial would set going: its workflow, its services' time, who gets which mail. Nothing is touched."""

from collections.abc import Iterator
from datetime import UTC, datetime

from domain.mails import MailKind
from domain.trial.messages import Service, StartTrial, TrialKind
from domain.trial.regions import data_region
from domain.trial.trial import TrialLife
from starter.answers import LentDevice, PlannedMail, TrialPlanAnswer
from starter.ids import device
from starter.intake import TRIALS
from starter.showing import days, planned_table
from starter.terminal import terminal


def plan(trial: StartTrial) -> TrialPlanAnswer:
    """As its own rules say; what other partners try is known to the store only."""
    life = TrialLife.placed(trial, datetime.now(UTC))
    return TrialPlanAnswer(
        trial=trial.trial_id,
        kind=trial.kind,
        workflow_id=TRIALS.subject(trial).workflow_id,
        data_region=data_region(trial.customer.country) or "",
        services=trial.services,
        days=life.days,
        mails=tuple(PlannedMail(kind=kind, to=to, when=when) for kind, to, when in _mails(trial, life)),
        devices=tuple(
            LentDevice(
                device=lent.device_id,
                workflow_id=device(lent.device_id).workflow_id,
                model=lent.model,
                expires_on=lent.expires_on,
            )
            for lent in trial.devices
        ),
    )


def _mails(trial: StartTrial, life: TrialLife) -> Iterator[tuple[MailKind, str, str]]:
    """In the order in which they would go out if nobody converts."""
    policy = trial.policy
    customers = _all(life.customer_administrators, "customer administrator")
    partners = _all(life.partner_administrators, f"administrator of partner {trial.partner.id}")
    yield from _first(trial, life, customers)
    for before in policy.warnings:
        when = f"{days(before.days)} before E"
        yield MailKind.TRIAL_EXPIRING, customers, when
        yield MailKind.TRIAL_EXPIRING_PARTNER, partners, when
    yield MailKind.TRIAL_EXPIRED, customers, "on E"
    yield MailKind.TRIAL_EXPIRED_PARTNER, partners, "on E"
    for before in policy.last_call:
        when = f"{days(before.days)} before grace ends"
        yield MailKind.TRIAL_LAST_CALL, f"{customers}; {partners}", when
    if life.users:
        grace = f"when grace ends, {days(policy.grace.days)} after E"
        yield MailKind.TRIAL_ACCESS_ENDED, _all(life.users, "user"), grace
    yield MailKind.TRIAL_SETUP, "the provisioning contact named then", "if it is converted"


def _first(trial: StartTrial, life: TrialLife, customers: str) -> Iterator[tuple[MailKind, str, str]]:
    """The three starts differ. TRL-17, TRL-24, TRL-43."""
    built = "when all services are built"
    match trial.kind:
        case TrialKind.EXISTING_CUSTOMER:
            full = _all(len(life.full_administrators), "full administrator")
            asked = "the address given" if 0 in life.full_administrators else f"the address given; {full}"
            window = days(trial.policy.consent_window.days)
            yield MailKind.TRIAL_CONSENT, asked, f"at once; consent is open for {window}"
            yield MailKind.TRIAL_WELCOME, "the address given", built
        case TrialKind.NEW_CUSTOMER:
            yield MailKind.TRIAL_WELCOME, "the address given", built
        case TrialKind.PAYING_CUSTOMER:
            yield MailKind.TRIAL_STARTED, customers, "at once"


def _all(number: int, what: str) -> str:
    return f"the {what}" if number == 1 else f"each {what} ({number})"


def tell(found: TrialPlanAnswer) -> None:
    """For people."""
    terminal.say(f"Valid; nothing was touched. Trial {found.trial} ({found.kind}) would run as {found.workflow_id}.")
    terminal.say(f"  services     {', '.join(found.services)}, data region {found.data_region}")
    terminal.say(f"  expiry E     {found.days} days after it becomes active")
    if Service.CALLING in found.services:
        terminal.say("  numbers      kept for a while when grace has ended, then released")
    for lent in found.devices:
        terminal.say(f"  device       {lent.device}, {lent.model}, expires {lent.expires_on:%Y-%m-%d}")
    terminal.say("")
    terminal.say(planned_table(found.mails))
