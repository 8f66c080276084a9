"""What a service provider may give its customers' users: packages and add-ons. WHS-10 to WHS-14, AMB-28. Pure."""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from domain.reasons import Reason
from domain.values import Identifier, Model, Refused

Quantity = Annotated[int, Field(ge=1, le=1_000_000)]
"""The most that can be assigned. WHS-12."""

Quantities = Annotated[dict[Identifier, Quantity], Field(max_length=50)]
"""By package or add-on."""


class Package(Model):
    """A base assignment of service; every user has exactly one. WHS-11."""

    name: Identifier
    level: Annotated[int, Field(ge=0, le=1000)]
    """How much it gives: an administrator never gets less than the organization was created with. WHS-05, WHS-06."""


class AddOn(Model):
    """A billable extra that no base package has in it. WHS-13."""

    name: Identifier
    needs: Annotated[tuple[Identifier, ...], Field(max_length=50)] = ()
    """Packages of which the user must have one; none: any will do."""


class Catalogue(Model):
    """All there is. A customer keeps the one that it was created by."""

    packages: Annotated[tuple[Package, ...], Field(min_length=1, max_length=50)]
    add_ons: Annotated[tuple[AddOn, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [*(package.name for package in self.packages), *(add_on.name for add_on in self.add_ons)]
        if len(set(names)) != len(names):
            raise ValueError("packages and add-ons: names must differ")
        known = {package.name for package in self.packages}
        for add_on in self.add_ons:
            if unknown := set(add_on.needs) - known:
                raise ValueError(f"add_ons: {add_on.name} needs what is no package: {', '.join(sorted(unknown))}")
        return self

    @property
    def levels(self) -> Mapping[str, int]:
        """By package."""
        return {package.name: package.level for package in self.packages}

    @property
    def needs(self) -> Mapping[str, tuple[str, ...]]:
        """By add-on."""
        return {add_on.name: add_on.needs for add_on in self.add_ons}

    def refuse_unknown(self, packages: Mapping[str, int], add_ons: Mapping[str, int]) -> None:
        """Raises Refused on the field of the first that is not in here, or that lacks what it needs. WHS-13, AMB-28."""
        for name in packages:
            if name not in self.levels:
                raise _unknown(f"packages.{name}", "package", self.levels)
        for name in add_ons:
            if name not in self.needs:
                raise _unknown(f"add_ons.{name}", "add-on", self.needs)
            needs = self.needs[name]
            if needs and not set(needs) & packages.keys():
                raise Refused(
                    f"needs one of these packages: {', '.join(needs)} (WHS-13)",
                    field=f"add_ons.{name}",
                    code=Reason.MISSING,
                )


def _unknown(field: str, what: str, known: Mapping[str, object]) -> Refused:
    return Refused(
        f"no such {what}; there are: {', '.join(known) or 'none'} (WHS-10)", field=field, code=Reason.NOT_KNOWN
    )


DEFAULT: Final = Catalogue(
    packages=(
        Package(name="common_area_calling", level=10),
        Package(name="webex_voice", level=20),
        Package(name="webex_meetings", level=30),
        Package(name="webex_calling", level=40),
        Package(name="webex_suite", level=50),
        Package(name="cx_essentials", level=60),
    ),
    add_ons=(
        AddOn(name="attendant_console", needs=("webex_calling", "webex_suite", "cx_essentials")),
        AddOn(
            name="cisco_calling_plan",
            needs=("common_area_calling", "webex_calling", "webex_suite", "webex_voice", "cx_essentials"),
        ),
    ),
)
"""As the vendor's public pages have it (EXT): configuration. AMB-28."""
