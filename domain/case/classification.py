"""How a case is classified: by whose account it is, and for which service. SUP-10 to SUP-15, AMB-33. Pure."""

from enum import StrEnum
from typing import Final

from domain.values import Model


class Severity(StrEnum):
    """How bad it is for the customer. Others than S1 have no clocks: the documents state none. SUP-20."""

    S1_CRITICAL = "s1_critical"
    NORMAL = "normal"


SHOWN: Final = {Severity.S1_CRITICAL: "S1 – Critical", Severity.NORMAL: "normal"}
"""As people read it. SUP-10."""


class LookedUp(Model):
    """What the registry of accounts says of a case, as it was asked last. No person is named here."""

    account_id: str | None = None
    """The ZOID; None: nobody knows whose account it is."""

    account_name: str = ""
    region: str | None = None
    data_centre: str | None = None
    large: bool = False
    """A large-user account. SUP-01, SUP-02."""

    covered: bool = True
    """Priority support includes the service. SUP-04, SUP-05."""

    why: str = ""
    """Why it is large, or not, in one sentence; of an account that nobody knows, just that."""

    contradicting: tuple[str, ...] = ()
    """Identifiers of the case that lead to other accounts only; another one was believed. SUP-03, SUP-12."""

    right_door: str | None = None
    """Where cases of this account belong, if this one came through another door. SUP-30 to SUP-37, AMB-38."""

    @property
    def has_priority(self) -> bool:
        """A large-user account, and a service that is covered. SUP-04, SUP-10."""
        return self.account_id is not None and self.large and self.covered


def severity_of(found: LookedUp, *, main_email_given: bool) -> Severity:
    """Without the SuperAdmin's address in its field it is normal: an agent fills the field, and it is S1. SUP-13."""
    return Severity.S1_CRITICAL if found.has_priority and main_email_given else Severity.NORMAL


def is_unidentified(found: LookedUp, *, main_email_given: bool) -> bool:
    """Nothing leads to an account, and the field is empty: the partner is asked. SUP-14, AMB-33."""
    return found.account_id is None and not main_email_given


def why(found: LookedUp, *, main_email_given: bool) -> str:
    """Why it is S1, or normal."""
    if found.account_id is None:
        return found.why or "nobody knows whose account it is (AMB-33)"
    if not found.covered:
        return "this service is not covered by priority support (SUP-04)"
    if found.large and not main_email_given:
        return f"{found.why}; the customer's main e-mail is not there yet (SUP-13)"
    return found.why
