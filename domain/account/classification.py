"""Large-user account or main account, by the number of user licences. Pure. SUP-01 to SUP-06, AMB-32."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from domain.account.account import ServiceOrganization, ServiceSubscription, Thresholds
from domain.values import Model

EXCLUDED: Final = {
    "campaigns": "contacts and subscribers",
    "dataprep": "rows processed in a month",
    "pagesense": "visitors in a month",
    "writeraddon": "automation credits and bulk mails",
    "marketingautomation": "contacts and subscribers",
}
"""Services whose licences do not count and that get no priority, and by what they are measured. SUP-04, SUP-06."""

ADD_ON: Final = re.compile(r"(?:add[^\w]*ons?|アド[^\w]*オン)")
ZOHO: Final = re.compile(r"\b(?:by\s+)?zoho\b")


class AccountClass(Model):
    """Is it a large-user account, by which licences, and why. SUP-01."""

    large: bool
    licences: int
    """All that count."""

    counted: tuple[ServiceSubscription, ...]
    """By service."""

    left_out: tuple[ServiceSubscription, ...]
    """By service: SUP-04."""

    threshold: int | None
    """Of the account's region; None: none is configured, so nobody there is large. AMB-32."""

    why: str
    """In one sentence, without a name: the beginning of a sentence in small letters, no full stop."""


def classify(account: ServiceOrganization, thresholds: Thresholds) -> AccountClass:
    """By the licences of all subscriptions but those of excluded services, and the threshold of its region."""
    counted = _by_service(each for each in account.subscriptions if is_covered(each.service))
    left_out = _by_service(each for each in account.subscriptions if not is_covered(each.service))
    licences, threshold = sum(each.licences for each in counted), thresholds.get(account.region)
    large = threshold is not None and licences >= threshold
    return AccountClass(
        large=large,
        licences=licences,
        counted=counted,
        left_out=left_out,
        threshold=threshold,
        why=_why(account.region, licences, threshold, sum(each.licences for each in left_out)),
    )


def is_covered(service: str) -> bool:
    """Does priority support include this service? All but the excluded ones are. SUP-04, SUP-05."""
    return measured_by(service) is None


@lru_cache(maxsize=1_000)
def measured_by(service: str) -> str | None:
    """Of an excluded service, however its name is spelled: what stands in the place of licences. SUP-06."""
    return EXCLUDED.get(_plain(service))


def _plain(service: str) -> str:
    """`Zoho Writer Add-ons`, `アドオン ZohoWriter` and `writer addon` are one service: `writeraddon`."""
    name = unicodedata.normalize("NFKC", service).casefold()
    name, add_ons = ADD_ON.subn(" ", ZOHO.sub("", name))
    return re.sub(r"[\W_]", "", name).removeprefix("zoho") + "addon" * bool(add_ons)


def _by_service(subscriptions: Iterable[ServiceSubscription]) -> tuple[ServiceSubscription, ...]:
    """Several subscriptions of one service are added up."""
    licences: dict[str, int] = {}
    for each in subscriptions:
        licences[each.service] = licences.get(each.service, 0) + each.licences
    return tuple(ServiceSubscription.model_construct(service=name, licences=n) for name, n in licences.items())


def _why(region: str, licences: int, threshold: int | None, left_out: int) -> str:
    count = f"{licences:,} licence{' counts' if licences == 1 else 's count'}"
    count += f" and {left_out:,} of excluded services {'is' if left_out == 1 else 'are'} left out (SUP-04)" * bool(
        left_out
    )
    if threshold is None:
        return f"not a large-user account: {count}, but no threshold is set for region {region} (AMB-32)"
    large = "a large-user account" if licences >= threshold else "not a large-user account"
    return f"{large}: {count}; region {region} asks for {threshold:,} (SUP-01, SUP-02)"
