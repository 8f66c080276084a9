"""Who may have what: exactly one package, never above the quantity, an administrator never too little. Pure."""

from enum import StrEnum
from typing import Self

from domain.reasons import Problem, Reason
from domain.values import Identifier, Model, Refused
from domain.wholesale.catalogue import Catalogue
from domain.wholesale.messages import WholesaleUser


class Limits(Model):
    """What a customer's users may have, at one version of its quantities. WHS-12."""

    version: int
    packages: dict[str, int]
    add_ons: dict[str, int]
    usable: tuple[str, ...]
    """Packages and add-ons that are provisioned: nobody gets any other."""

    created_with: str
    """The package that the organization was created with. WHS-05."""

    catalogue: Catalogue


class Holding(Model):
    """What a user has."""

    package: str
    add_ons: tuple[str, ...] = ()
    administrator: bool = False


class UserChange(StrEnum):
    """What became of one user."""

    ASSIGNED = "assigned"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    REFUSED = "refused"


class UserResult(Model):
    """One user of a change."""

    user_id: Identifier
    change: UserChange
    problem: Problem | None = None
    """Why it was refused."""


class Assigned(Model):
    """How much is assigned after a change, as the store has it."""

    users: int
    administrators: int
    packages: dict[str, int]
    add_ons: dict[str, int]

    @classmethod
    def none(cls) -> Self:
        """Nobody yet."""
        return cls(users=0, administrators=0, packages={}, add_ons={})


def wanted_for(user: WholesaleUser, has: Holding | None, limits: Limits) -> Holding:
    """What the user is to have; an administrator without a package gets that of the organization. Nobody stops being
    an administrator by omission, which would be a way around WHS-06, nor loses an add-on by it. WHS-05, WHS-11."""
    package = user.package or (has.package if has else limits.created_with)
    was = has is not None and has.administrator
    administrator = was if user.administrator is None else user.administrator
    kept = has.add_ons if has else ()
    add_ons = kept if user.add_ons is None else tuple(sorted(user.add_ons))
    return Holding(package=package, add_ons=add_ons, administrator=administrator)


def refuse_holding(wanted: Holding, has: Holding | None, assigned: Assigned, limits: Limits, prefix: str = "") -> None:
    """Raises Refused on the field at fault. `assigned` counts what everybody has now, this user included."""
    _refuse_unusable(wanted, limits, prefix)
    _refuse_lower_level(wanted, has, limits, prefix)
    _refuse_missing(wanted, limits, prefix)
    _refuse_above(wanted, has, assigned, limits, prefix)


def _refuse_unusable(wanted: Holding, limits: Limits, prefix: str) -> None:
    for name, field, known in (
        (wanted.package, "package", limits.packages),
        *((add_on, "add_ons", limits.add_ons) for add_on in wanted.add_ons),
    ):
        if name not in known:
            there = ", ".join(known) or "none"
            raise Refused(
                f"the customer has no {name}; it has: {there} (WHS-12)", field=prefix + field, code=Reason.UNKNOWN
            )
        if name not in limits.usable:
            raise Refused(f"{name} is not provisioned", field=prefix + field, code=Reason.WRONG_STAGE)


def _refuse_lower_level(wanted: Holding, has: Holding | None, limits: Limits, prefix: str) -> None:
    """A new administrator gets the level of the organization; one who has more keeps it. WHS-05, WHS-06."""
    if not wanted.administrator:
        return
    levels, least = limits.catalogue.levels, limits.created_with
    if levels[wanted.package] < levels[least]:
        raise Refused(
            f"an administrator has at least the level of {least}, with which the organization was created "
            f"(WHS-05, WHS-06)",
            field=f"{prefix}package",
            code=Reason.NOT_ALLOWED,
        )
    if has is not None and has.administrator and levels[wanted.package] < levels[has.package]:
        raise Refused(
            f"an administrator is never downgraded: it has {has.package} (WHS-06)",
            field=f"{prefix}package",
            code=Reason.NOT_ALLOWED,
        )


def _refuse_missing(wanted: Holding, limits: Limits, prefix: str) -> None:
    for add_on in wanted.add_ons:
        needs = limits.catalogue.needs[add_on]
        if needs and wanted.package not in needs:
            raise Refused(
                f"{add_on} needs one of these packages: {', '.join(needs)} (WHS-13)",
                field=f"{prefix}add_ons",
                code=Reason.MISSING,
            )


def _refuse_above(wanted: Holding, has: Holding | None, assigned: Assigned, limits: Limits, prefix: str) -> None:
    own = {has.package, *has.add_ons} if has else set()
    for name, field, used, quantities in (
        (wanted.package, "package", assigned.packages, limits.packages),
        *((add_on, "add_ons", assigned.add_ons, limits.add_ons) for add_on in wanted.add_ons),
    ):
        if name not in own and used.get(name, 0) >= quantities[name]:
            raise Refused(
                f"all {quantities[name]} of {name} are assigned; change_quantities allows more (WHS-12)",
                field=prefix + field,
                code=Reason.NOT_ALLOWED,
            )


def after(assigned: Assigned, has: Holding | None, gets: Holding | None) -> Assigned:
    """The counts once a user has `gets` instead of `has`; None: nothing."""
    packages, add_ons = dict(assigned.packages), dict(assigned.add_ons)
    for holding, sign in ((has, -1), (gets, 1)):
        if holding is not None:
            _count(packages, (holding.package,), sign)
            _count(add_ons, holding.add_ons, sign)
    administrators = bool(gets and gets.administrator) - bool(has and has.administrator)
    return Assigned(
        users=assigned.users + (gets is not None) - (has is not None),
        administrators=assigned.administrators + administrators,
        packages=packages,
        add_ons=add_ons,
    )


def _count(counts: dict[str, int], names: tuple[str, ...], sign: int) -> None:
    for name in names:
        counts[name] = counts.get(name, 0) + sign
        if not counts[name]:
            del counts[name]
