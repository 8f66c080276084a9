"""What the mails of a device on loan say, and while what they are sent. Pure."""

from datetime import datetime
from typing import Final

from domain.device.carriers import FALLBACK
from domain.device.facts import DeviceFacts
from domain.device.mails import DeviceMail
from domain.device.row import DeviceRow
from domain.device.states import OUT
from domain.letters import Letters
from domain.lifecycle import PostedMail
from domain.values import Language, Person, Refused


def wanted(row: DeviceRow, mail: PostedMail) -> bool:
    """The customer is reminded only while it has the device, the partner until it is back."""
    match mail.kind:
        case DeviceMail.DEVICE_RETURN:
            return row.state.stage in OUT
        case DeviceMail.DEVICE_OVERDUE:
            return not row.state.closed
        case _:
            return True


def reader(row: DeviceRow, mail: PostedMail) -> Person | None:
    """The vendor's team that helps with lost return papers is in the policy. TRL-95."""
    if mail.kind != DeviceMail.RMA_LOOKUP:
        return None
    return Person.model_construct(
        first_name="Trials",
        last_name="Team",
        email=row.state.policy.trials_team,
        language=Language.ENGLISH,
        zone=row.state.zone,
    )


def facts(row: DeviceRow, mail: PostedMail, _now: datetime) -> DeviceFacts:
    """To the trials team what it is asked with, and nothing else. Form H, TRL-95."""
    state, parties = row.state, row.parties
    if parties is None:
        raise Refused(f"no trial {state.trial_id} is known here")
    asked = state.papers_of(mail.occurrence) if mail.kind == DeviceMail.RMA_LOOKUP else None
    named = asked is not None and asked.administrator_email_given
    return DeviceFacts(
        customer_company=parties.customer_company,
        facing_partner=parties.facing_partner,
        trial_id=state.trial_id,
        organization_id=state.customer_id,
        device_model=state.model,
        serial_numbers=asked.serial_numbers if asked else (state.serial_number,),
        carrier=None if state.way_back.carrier == FALLBACK.carrier else state.way_back.carrier,
        trials_team=state.policy.trials_team,
        label_in_box=state.way_back.label_in_box,
        expires_at=state.expires_at,
        due_at=state.return_due_at,
        administrator_email=parties.administrator_email if named else None,
    )


LETTERS: Final = Letters(wanted=wanted, facts=facts, reader=reader)
