"""What the invoices of a subscription ask of it. HUB-16, AMB-42. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from domain.hub.imports_rows import UNPAID
from domain.values import Source
from domain.working_time import in_json

NAMED: Final = 2
"""Invoices that a reason names; the others are counted."""

DIGITS: Final = 24
"""Of a digest: no two of one subscription are the same by chance."""


@dataclass(frozen=True, slots=True)
class InvoiceStands:
    """One invoice, as far as it matters here."""

    invoice: str
    state: str
    recorded_at: datetime
    """When it became known that it stands so."""


@dataclass(frozen=True, slots=True)
class LastWord:
    """Who suspended it for being unpaid."""

    source: Source
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNeed:
    """An update that a subscription should get."""

    subscription_id: str
    update: Literal["suspend", "lift_suspension"]
    reason: str
    update_id: str
    """As long as its invoices stand like this, the same: sent again it changes nothing, not even what somebody decided
    since."""

    over: bool = False
    """It is terminated: nothing can be suspended any more."""


def need_of(
    subscription_id: str,
    invoices: Sequence[InvoiceStands],
    *,
    suspended: bool,
    word: LastWord | None,
    over: bool = False,
) -> PaymentNeed | None:
    """None: it is suspended for being unpaid, or not, as its invoices say.

    Whoever suspended it by hand is not contradicted by invoices that were known already: only by newer ones.
    """
    unpaid = sorted(each.invoice for each in invoices if each.state == UNPAID)
    if unpaid and not suspended:
        more = f" and {len(unpaid) - NAMED} more" if len(unpaid) > NAMED else ""
        reason = f"not paid: {', '.join(unpaid[:NAMED])}{more}"
        return _need(subscription_id, "suspend", reason, invoices, over)
    if suspended and not unpaid and not over and _is_newer(invoices, word):
        return _need(subscription_id, "lift_suspension", "no invoice is unpaid any more", invoices, over)
    return None


def _is_newer(invoices: Sequence[InvoiceStands], word: LastWord | None) -> bool:
    if word is None or word.source is Source.IMPORT:
        return True
    return any(each.recorded_at > word.recorded_at for each in invoices)


def _need(
    subscription_id: str,
    update: Literal["suspend", "lift_suspension"],
    reason: str,
    invoices: Sequence[InvoiceStands],
    over: bool,
) -> PaymentNeed:
    stand = sorted(f"{each.invoice} {each.state} {in_json(each.recorded_at)}" for each in invoices)
    digest = hashlib.sha256("\n".join(stand).encode()).hexdigest()[:DIGITS]
    return PaymentNeed(
        subscription_id=subscription_id,
        update=update,
        reason=reason,
        update_id=f"payments/{update}/{digest}",
        over=over,
    )
