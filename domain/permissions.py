"""Who may do what: the one table of roles and rights, apart from what a stage allows. domain.md §9.5. Pure.

The *full administrator* who may start a trial (TRL-02) and the *partner full administrator* who edits tags (HUB-22) are
one role: two sources speak of them.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class PartnerRole(StrEnum):
    """The partner's person who starts the trial, by role. TRL-02: only two of them may."""

    SALES_ADMINISTRATOR = "sales_administrator"
    FULL_ADMINISTRATOR = "full_administrator"
    ADMINISTRATOR = "administrator"
    READ_ONLY_ADMINISTRATOR = "read_only_administrator"
    PROVISIONING_ADMINISTRATOR = "provisioning_administrator"


OPERATOR: Final = "operator"
"""Of the vendor: steers workflows, of every partner."""


class Right(StrEnum):
    """What somebody may do in the Partner Hub. Whoever has a role there sees customers and their tags. HUB-21."""

    SEE_CUSTOMERS = "see_customers"
    SEE_ALL_CUSTOMERS = "see_all_customers"
    """Of the partner; without it only those that somebody is assigned to. HUB-42, HUB-43."""

    SEE_ALL_PARTNERS = "see_all_partners"
    EDIT_TAGS = "edit_tags"
    START_TRIAL = "start_trial"
    """TRL-02."""

    MANAGE_TRIALS = "manage_trials"
    """Extend, edit, convert, cancel, send again. TRL-50 to TRL-67."""

    REQUEST_OPTIONS = "request_options"
    """OPT-01."""

    ASSIGN_ADMINISTRATORS = "assign_administrators"
    """To a customer. HUB-42."""

    MANAGE_ADMINISTRATORS = "manage_administrators"
    """Those with access to all customers, and everybody's roles. HUB-04, HUB-43."""

    OPERATE = "operate"
    """The operations page, and every update."""


R = Right

RIGHTS: Final[Mapping[str, frozenset[Right]]] = {
    PartnerRole.SALES_ADMINISTRATOR: frozenset({R.SEE_CUSTOMERS, R.START_TRIAL, R.MANAGE_TRIALS, R.REQUEST_OPTIONS}),
    PartnerRole.FULL_ADMINISTRATOR: frozenset(R) - {R.SEE_ALL_PARTNERS, R.OPERATE},
    PartnerRole.ADMINISTRATOR: frozenset(
        {R.SEE_CUSTOMERS, R.EDIT_TAGS, R.MANAGE_TRIALS, R.REQUEST_OPTIONS, R.ASSIGN_ADMINISTRATORS}
    ),
    PartnerRole.READ_ONLY_ADMINISTRATOR: frozenset({R.SEE_CUSTOMERS, R.SEE_ALL_CUSTOMERS}),
    PartnerRole.PROVISIONING_ADMINISTRATOR: frozenset({R.SEE_CUSTOMERS}),
    OPERATOR: frozenset({R.SEE_CUSTOMERS, R.SEE_ALL_CUSTOMERS, R.SEE_ALL_PARTNERS, R.OPERATE}),
}
"""By role. An operator edits no tags, and assigns nobody: both belong to the partner. HUB-20."""


def rights_of(roles: Iterable[str]) -> frozenset[Right]:
    """Of somebody with all these roles; a role that nobody knows gives none."""
    return frozenset().union(*(RIGHTS.get(role, frozenset()) for role in roles))


def may(roles: Iterable[str], right: Right) -> bool:
    """The one question that pages, commands and messages ask."""
    return right in rights_of(roles)


PARTNERS_SEND: Final[Mapping[tuple[str, str], Right]] = {
    ("trial", "give_details"): R.MANAGE_TRIALS,
    ("trial", "resend"): R.MANAGE_TRIALS,
    ("trial", "withdraw"): R.MANAGE_TRIALS,
    ("trial", "extend"): R.MANAGE_TRIALS,
    ("trial", "edit_services"): R.MANAGE_TRIALS,
    ("trial", "convert"): R.MANAGE_TRIALS,
    ("trial", "cancel"): R.MANAGE_TRIALS,
    ("option", "cancel"): R.REQUEST_OPTIONS,
}
"""By lifecycle and update: what a partner's people may send about their own customers. Operators send every update."""

INTERNAL: Final = frozenset({"compliance"})
"""Lifecycles that operators alone see, checks of restricted parties: the partner is told by letters, and by nothing
else. WHS-20 to WHS-28."""

PARTNERS_START: Final[Mapping[str, Right]] = {"trial": R.START_TRIAL, "option": R.REQUEST_OPTIONS}
"""By lifecycle. TRL-02, OPT-01."""


def may_send(roles: Iterable[str], lifecycle: str, update: str) -> bool:
    """This update, if it is to one of their own customers."""
    rights, right = rights_of(roles), PARTNERS_SEND.get((lifecycle, update))
    return Right.OPERATE in rights or right in rights
