"""Other quantities: never below what is assigned, and nothing removed that somebody needs. WHS-12, WHS-13. Pure."""

from collections.abc import Mapping

from domain.reasons import Reason
from domain.values import Model, Refused
from domain.wholesale.catalogue import Catalogue
from domain.wholesale.messages import ChangeQuantities
from domain.wholesale.users import Assigned


class Ordered(Model):
    """What a customer may assign, at one version."""

    version: int = 1
    packages: dict[str, int]
    """The most that can be assigned, by package. WHS-12."""

    add_ons: dict[str, int]
    created_with: str
    """The package that the organization was created with. WHS-05."""

    def after(self, change: ChangeQuantities) -> "Ordered":
        """With what the change names; the rest stays."""
        packages = {**self.packages, **change.packages}
        add_ons = {**self.add_ons, **change.add_ons}
        return Ordered(
            version=self.version + 1,
            packages={name: most for name, most in packages.items() if name not in change.remove},
            add_ons={name: most for name, most in add_ons.items() if name not in change.remove},
            created_with=self.created_with,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Packages, then add-ons."""
        return (*self.packages, *self.add_ons)


def refuse_change(change: ChangeQuantities, ordered: Ordered, assigned: Assigned, catalogue: Catalogue) -> None:
    """Raises Refused on the field at fault: `version`, `packages.<name>`, `add_ons.<name>` or `remove`."""
    if change.version != ordered.version:
        raise Refused(
            f"the quantities are at version {ordered.version} by now: look at them, then say what changes (WHS-12)",
            field="version",
            code=Reason.DOES_NOT_FIT,
        )
    catalogue.refuse_unknown({**ordered.packages, **change.packages}, change.add_ons)
    _refuse_removed(change, ordered, assigned)
    _refuse_stranded(change, ordered, catalogue)
    for what, used, wanted in (
        ("packages", assigned.packages, change.packages),
        ("add_ons", assigned.add_ons, change.add_ons),
    ):
        _refuse_too_few(what, used, wanted)


def _refuse_too_few(what: str, used: Mapping[str, int], wanted: Mapping[str, int]) -> None:
    for name, most in wanted.items():
        if (count := used.get(name, 0)) > most:
            raise Refused(
                f"{count} of {name} are assigned: take them from their users first (WHS-12)",
                field=f"{what}.{name}",
                code=Reason.DOES_NOT_FIT,
            )


def _refuse_removed(change: ChangeQuantities, ordered: Ordered, assigned: Assigned) -> None:
    """Only what is there, what nobody has, and not what the organization was created with. WHS-05, WHS-12."""
    for name in change.remove:
        if name not in ordered.names:
            there = ", ".join(ordered.names)
            raise Refused(f"the customer has no {name}; it has: {there} (WHS-12)", field="remove", code=Reason.UNKNOWN)
        if name == ordered.created_with:
            raise Refused(
                f"the organization was created with {name}, and administrators get its level (WHS-05)",
                field="remove",
                code=Reason.NOT_ALLOWED,
            )
        if count := {**assigned.packages, **assigned.add_ons}.get(name, 0):
            raise Refused(
                f"{count} of {name} are assigned: take them from their users first (WHS-12)",
                field="remove",
                code=Reason.DOES_NOT_FIT,
            )


def _refuse_stranded(change: ChangeQuantities, ordered: Ordered, catalogue: Catalogue) -> None:
    """No add-on stays, or comes, without a package that it needs. WHS-13, AMB-28."""
    left = ordered.after(change)
    for name in left.add_ons:
        needs = catalogue.needs[name]
        if needs and not set(needs) & left.packages.keys():
            raise Refused(
                f"{name} needs one of these packages: {', '.join(needs)} (WHS-13)",
                field="remove" if name in ordered.add_ons else f"add_ons.{name}",
                code=Reason.MISSING,
            )
