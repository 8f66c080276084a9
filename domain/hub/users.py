"""Users of the Partner Hub: what they may, and how they are added, changed, removed. HUB-01 to HUB-04, HUB-43. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from domain.permissions import OPERATOR, PartnerRole, Right, may
from domain.reasons import Reason
from domain.values import Email, Identifier, Language, Line, Model, Refused, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class HubUser:
    """The decision of who may do what to whom is made here, and nowhere else."""

    user_id: str
    """As in the record of what they do (`by`): no name, no address."""

    partner_id: str | None
    """None: of the vendor."""

    roles: tuple[str, ...]
    name: str
    email: str | None
    language: Language
    zone: str
    active: bool
    accepted_terms_at: datetime | None
    """Of the first run. HUB-02."""

    assigned: frozenset[str] = frozenset()
    """Customers that they were assigned to. HUB-42."""

    @property
    def in_first_run(self) -> bool:
        """Of a partner, and has not accepted the terms of service yet. HUB-02."""
        return self.partner_id is not None and self.accepted_terms_at is None

    def may(self, right: Right) -> bool:
        """At all."""
        return self.active and may(self.roles, right)

    def sees_partner(self, partner_id: str) -> bool:
        """Anything of this partner?"""
        own = self.partner_id == partner_id and self.may(Right.SEE_CUSTOMERS)
        return own or self.may(Right.SEE_ALL_PARTNERS)

    def sees(self, partner_id: str, customer_id: str) -> bool:
        """This customer of this partner? Others do not exist for them."""
        every = self.may(Right.SEE_ALL_CUSTOMERS) or customer_id in self.assigned
        return self.sees_partner(partner_id) and every

    def may_do(self, right: Right, partner_id: str, customer_id: str) -> bool:
        """This, to this customer."""
        return self.may(right) and self.sees(partner_id, customer_id)


Roles = Annotated[tuple[str, ...], Field(min_length=1, max_length=10)]


class NewUser(Model):
    """Somebody who shall be able to sign in."""

    user_id: Identifier
    """What the record of their acts says: no name, no address."""

    partner_id: Identifier | None = None
    """None: of the vendor."""

    roles: Roles
    name: Line
    email: Email | None = None
    """By it the identity provider's sign-in finds them."""

    language: Language = Language.ENGLISH
    zone: Zone = "UTC"

    @model_validator(mode="after")
    def _has_roles_of_their_house(self) -> Self:
        fitting = {OPERATOR} if self.partner_id is None else set(PartnerRole)
        if unfit := [role for role in self.roles if role not in fitting]:
            whose = "the vendor's" if self.partner_id is None else "a partner's"
            known = ", ".join(sorted(fitting))
            raise ValueError(f"roles: {unfit[0][:40]} is no role of {whose} user; accepted: {known}")
        return self

    @property
    def user(self) -> HubUser:
        """As they are at first: active, and before their first run. HUB-02."""
        return HubUser(
            user_id=self.user_id,
            partner_id=self.partner_id,
            roles=tuple(sorted(set(self.roles))),
            name=self.name,
            email=self.email.lower() if self.email else None,
            language=self.language,
            zone=self.zone,
            active=True,
            accepted_terms_at=None,
        )


def changed(user: HubUser, *, active: bool | None = None, **fields: Any) -> HubUser:
    """With other `roles`, `name`, `email`, `language` or `zone`, by the rules for new ones. Raises ValidationError."""
    known = {name: getattr(user, name) for name in NewUser.model_fields}
    new = NewUser.model_validate(known | fields).user
    return replace(
        new,
        active=user.active if active is None else active,
        accepted_terms_at=user.accepted_terms_at,
        assigned=user.assigned,
    )


class LastFullAdministrator(Refused):
    """Nobody of the partner could give roles any more."""

    code = Reason.NOT_ALLOWED

    def __init__(self) -> None:
        super().__init__(
            "is the partner's last full administrator: give somebody else that role first (HUB-43)", field="roles"
        )


class NoOrderYet(Refused):
    """Access to the Partner Hub comes after the partner's first order. HUB-01."""

    code = Reason.MISSING

    def __init__(self) -> None:
        super().__init__("the Partner Hub opens after the first order (HUB-01)")


def is_full_administrator(user: HubUser) -> bool:
    """Active, and able to give roles."""
    return user.may(Right.MANAGE_ADMINISTRATORS)


def keep_a_full_administrator(before: HubUser, after: HubUser | None, others: Iterable[HubUser]) -> None:
    """Of a change to one user of a partner; `others` are the partner's other users. Raises LastFullAdministrator."""
    loses = is_full_administrator(before) and not (after is not None and is_full_administrator(after))
    if loses and not any(is_full_administrator(other) for other in others):
        raise LastFullAdministrator
