"""What a mail may say, from what the store knows; and whether it is still called for."""

import math
from datetime import datetime
from typing import Final

from activities.ports import DeviceRow, OrderRow, SubscriptionRow, TrialRow
from domain.device.device import DeviceLife
from domain.device.states import OUT
from domain.life import PostedMail
from domain.mails import RECIPIENT, FormLine, LetterFacts, LetterItem, MailKind
from domain.order.forms import GraduationForm, ProvisioningForm
from domain.order.states import Stage
from domain.policy import HOUR
from domain.subscription.subscription import SubscriptionStage
from domain.trial.states import TrialStage
from domain.values import Language, Model, Person
from domain.working_time import days_left, local_day

ONLY_WHILE: Final = {
    MailKind.TERMS_WANTED: frozenset({Stage.HELD}),
    MailKind.HOLD_OVERDUE: frozenset({Stage.HELD}),
    MailKind.RENEWAL_LATE: frozenset({Stage.HELD, Stage.AWAITING_DETAILS}),
    MailKind.BUILD_LATE: frozenset({Stage.PROVISIONING}),
    MailKind.GRADUATION_REMINDER: frozenset({Stage.SERVICE_READY}),
}
"""Reminders and alerts go out only while their reason lasts, looked at again at the moment of sending (C20)."""


def reader_of(mail: PostedMail) -> str:
    """The role of a mail's reader: the posting's, else the one its kind always has."""
    return mail.to or RECIPIENT[mail.kind]


def trials_team(device: DeviceLife) -> Person:
    """The vendor's team that helps with lost return papers. TRL-95."""
    return Person(
        first_name="Trials",
        last_name="Team",
        email=device.policy.trials_team,
        language=Language.ENGLISH,
        zone=device.zone,
    )


def still_wanted_by_order(row: OrderRow, mail: PostedMail) -> bool:
    """Does the order, as it stands now, still call for this mail?"""
    return row.life.stage in ONLY_WHILE.get(mail.kind, frozenset(Stage))


def still_wanted_by_subscription(row: SubscriptionRow, mail: PostedMail) -> bool:
    """Does the subscription, as it stands now, still call for this mail?"""
    if mail.kind is MailKind.SUBSCRIPTION_SUSPENDED:
        return row.life.stage is SubscriptionStage.SUSPENDED
    return row.life.stage is SubscriptionStage.ACTIVE and row.life.renewal_order is None


def order_facts(row: OrderRow, mail: PostedMail, now: datetime) -> LetterFacts:
    """What an order's mails may say; the password link's end counts from `now`, the moment of sending. ORD-22."""
    life, placed = row.life, row.placed
    return LetterFacts(
        customer_company=placed.customer.company,
        order_number=life.number,
        order_kind=life.kind,
        subscription_id=life.subscription_id,
        ordering_partner=placed.ordering_partner.company,
        facing_partner=placed.facing_partner.company,
        relay_to=placed.reselling_partner.company if placed.reselling_partner else None,
        items=tuple(
            LetterItem(part_number=item.part_number, offering=item.offering, quantity=item.quantity)
            for item in placed.items
        ),
        terms_wanted=tuple(life.missing_terms),
        terms_accepted=tuple(life.terms_accepted.items()),
        placed_at=life.placed_at,
        shipped_at=life.shipped_at,
        due_at=mail.due_at,
        build_guide=life.policy.build_guide,
        renewal_date=life.renewal_date,
        days_left=(life.renewal_date - local_day(now, life.zone)).days if life.renewal_date else None,
        reason=life.closing_reason,
        sites=tuple(site.url for site in row.provisioning_form.sites) if row.provisioning_form else (),
        user_name=row.access.user_name if row.access else None,
        password_url=row.access.password_url if row.access else None,
        link_void_at=now + life.policy.password_link_life,
        link_hours=math.ceil(life.policy.password_link_life / HOUR),
        target_days=life.policy.renewal_target.days,
        form_lines=_copy(row, mail.kind),
    )


def _copy(row: OrderRow, kind: MailKind) -> tuple[FormLine, ...]:
    if kind is MailKind.PROVISIONING_COPY and row.provisioning_form:
        return form_lines(row.provisioning_form)
    if kind is MailKind.GRADUATION_COPY and row.graduation_form:
        return form_lines(row.graduation_form)
    return ()


def form_lines(form: ProvisioningForm | GraduationForm) -> tuple[FormLine, ...]:
    """Every field as it stands on the form, its number left out, with what was entered. ORD-16."""
    lines = []
    for name, field in type(form).model_fields.items():
        label = (field.description or name).lstrip("0123456789- ")
        lines.append(FormLine(label=label, value=_shown(getattr(form, name))))
    return tuple(lines)


def _shown(value: object) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "Yes" if value else "No"
        case tuple():
            return "; ".join(_shown(part) for part in value) or "–"
        case Model():
            return ", ".join(_shown(getattr(value, name)) for name in type(value).model_fields)
        case _:
            return str(value)


def subscription_facts(row: SubscriptionRow, order: OrderRow, mail: PostedMail, now: datetime) -> LetterFacts:
    """What a subscription's mails may say; the company names are those of its newest order."""
    life = row.life
    return LetterFacts(
        customer_company=order.placed.customer.company,
        subscription_id=life.subscription_id,
        order_number=order.life.number,
        facing_partner=order.placed.facing_partner.company,
        due_at=mail.due_at or life.suspends_at,
        renewal_date=life.renewal_date,
        target_days=life.policy.renewal_target.days,
        days_left=(life.renewal_date - local_day(now, life.zone)).days,
        sites=tuple(site.url for site in order.provisioning_form.sites) if order.provisioning_form else (),
    )


def still_wanted_by_trial(row: TrialRow, mail: PostedMail) -> bool:
    """Does the trial, as it stands now, still call for this mail? A warning only for the E it speaks of. AMB-43."""
    life = row.life
    match mail.kind:
        case MailKind.TRIAL_CONSENT:
            return life.stage is TrialStage.AWAITING_CONSENT
        case MailKind.TRIAL_EXPIRING | MailKind.TRIAL_EXPIRING_PARTNER:
            return life.stage is TrialStage.TRIALING and mail.due_at == life.expires_at
        case MailKind.TRIAL_EXPIRED | MailKind.TRIAL_EXPIRED_PARTNER | MailKind.TRIAL_LAST_CALL:
            return life.stage is TrialStage.EXPIRED_GRACE
        case _:
            return True


def trial_facts(row: TrialRow, mail: PostedMail, now: datetime) -> LetterFacts:
    """What a trial's mails may say."""
    life, placed = row.life, row.placed
    return LetterFacts(
        customer_company=placed.customer.company,
        facing_partner=placed.partner.company,
        trial_id=life.trial_id,
        organization_id=life.customer_id,
        services=tuple(life.services),
        due_at=mail.due_at,
        expires_at=life.expires_at,
        grace_ends_at=life.grace_ends_at,
        grace_access=life.policy.grace_access,
        numbers_until=life.numbers_until,
        days_left=max(0, days_left(life.expires_at, now, life.zone)) if life.expires_at else None,
        order_number=life.order_number,
        sites=(life.site.url,) if life.site else (),
    )


def still_wanted_by_device(row: DeviceRow, mail: PostedMail) -> bool:
    """The customer is reminded only while it has the device, the partner until it is back."""
    match mail.kind:
        case MailKind.DEVICE_RETURN:
            return row.life.stage in OUT
        case MailKind.DEVICE_OVERDUE:
            return not row.life.closed
        case _:
            return True


def device_facts(row: DeviceRow, trial: TrialRow, mail: PostedMail) -> LetterFacts:
    """What a device's mails may say; to the trials team what it is asked with, and nothing else. Form H, TRL-95."""
    life = row.life
    asked = life.papers_of(mail.occurrence) if mail.kind is MailKind.RMA_LOOKUP else None
    named = asked is not None and asked.administrator_email_given
    return LetterFacts(
        customer_company=trial.placed.customer.company,
        facing_partner=trial.placed.partner.company,
        trial_id=life.trial_id,
        organization_id=life.customer_id,
        device_model=life.model,
        serial_numbers=asked.serial_numbers if asked else (life.serial_number,),
        carrier=life.way_back.carrier,
        trials_team=life.policy.trials_team,
        label_in_box=life.way_back.label_in_box,
        expires_at=life.expires_at,
        due_at=life.return_due_at,
        administrator_email=trial.placed.customer.contact.email if named else None,
    )
