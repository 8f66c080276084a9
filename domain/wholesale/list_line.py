"""What a list says of a wholesale customer: its users, its packages, how its screening stands. WHS-07, WHS-12. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Self

from pydantic import Field

from domain.list_line import ListLine, Narrowing
from domain.wholesale.checks import NON_COMPLIANT
from domain.wholesale.state import WholesaleState
from domain.wholesale.view import status_in_words


class WholesaleLine(ListLine):
    """As of now."""

    own: bool = Field(description="The partner's own organization: without effect. WHS-07")
    country: str
    users: int
    packages: dict[str, str] = Field(description="By package or add-on: assigned of how many. WHS-12")
    provisioning: str = Field(description="How many of them are provisioned, pending, failed.")
    with_errors: bool
    check: str | None = Field(description="The newest compliance check that runs, or ran.")
    compliance: str | None = Field(description="Its stage, as far as the customer has heard. WHS-20")

    deprovisioned: bool = Field(description="It was removed for good.")

    may_be_left_out: ClassVar[bool] = True
    narrowings: ClassVar[tuple[Narrowing, ...]] = (
        Narrowing(
            name="with-errors", help="Something could not be provisioned.", fits=lambda line, _: line.with_errors
        ),
        Narrowing(name="own", help="A partner's own organization.", fits=lambda line, _: line.own),
        Narrowing(
            name="non-compliant",
            help="The newest compliance check found a match, and it is not resolved.",
            fits=lambda line, _: line.compliance == NON_COMPLIANT,
        ),
    )

    @classmethod
    def of(cls, state: WholesaleState, _now: datetime) -> Self:
        """As it stands."""
        check = state.newest_check
        most = {**state.ordered.packages, **state.ordered.add_ons}
        used = {**state.assigned.packages, **state.assigned.add_ons}
        return cls(
            own=state.own_organization,
            country=state.country,
            users=state.assigned.users,
            packages={name: f"{used.get(name, 0)}/{number}" for name, number in most.items()},
            provisioning=status_in_words(state),
            with_errors=state.with_errors,
            check=check.check_id if check else None,
            compliance=check.stage if check else None,
            deprovisioned=state.closed,
        )

    @property
    def is_listed(self) -> bool:
        """The list corrects itself once a partner's own organization is gone. WHS-07."""
        return not (self.own and self.deprovisioned)

    def cells(self) -> Mapping[str, str]:
        """Both axes beside each other."""
        return {
            "country": self.country,
            "users": str(self.users),
            "packages": self.provisioning,
            "compliance": (self.compliance or "–").replace("_", " "),
        }
