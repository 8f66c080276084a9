"""The certificate of a deprovisioning: what was removed, when, for whom and why. WHS-27. Pure."""

import hashlib
import json

from pydantic import AwareDatetime

from domain.values import Model
from domain.wholesale.standing import USERS_REMOVED, Step, WholesaleStanding


class Certificate(Model):
    """As it is filed with the customer's record. It names nobody: users are counted, and vouched for by a digest."""

    number: str
    """`C-<external id>`."""

    external_id: str
    partner_id: str
    country: str
    asked_by: str
    reason: str
    asked_at: AwareDatetime
    check_id: str | None = None
    """The compliance check that was not resolved in time; None: somebody asked for it."""

    list_version: str | None = None
    """What that check screened by last."""

    contacts: tuple[AwareDatetime, ...] = ()
    """When the partner was contacted about it. WHS-26."""

    steps: tuple[Step, ...]
    users: int
    """How many were removed; the digest over their ids stands with that step."""

    completed_at: AwareDatetime
    digest: str = ""
    """SHA-256, in hex, over all of the above as JSON with sorted keys and without white space."""


def number_of(external_id: str) -> str:
    """Of the certificate of that customer: there is never a second one."""
    return f"C-{external_id}"


def certificate_of(state: WholesaleStanding) -> Certificate:
    """Once all steps are taken: the same, whenever it is made. A workflow task that is done again makes it again."""
    asked = state.deprovisioning
    assert asked is not None  # noqa: S101 - no step was taken before somebody asked
    check = next((each for each in state.checks if each.check_id == asked.check_id), None)
    plain = Certificate(
        number=number_of(state.external_id),
        external_id=state.external_id,
        partner_id=state.partner_id,
        country=state.country,
        asked_by=asked.by,
        reason=asked.reason,
        asked_at=asked.since,
        check_id=asked.check_id,
        list_version=check.list_version if check else None,
        contacts=check.contacts if check else (),
        steps=tuple(state.steps),
        users=sum(step.removed for step in state.steps if step.step == USERS_REMOVED),
        completed_at=state.steps[-1].at,
    )
    return plain.model_copy(update={"digest": digest_of(plain)})


def digest_of(certificate: Certificate) -> str:
    """What it must bear: anybody can count it again."""
    content = certificate.model_dump(mode="json", exclude={"digest"})
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
