"""Rows that come by file: licences, sign-ins, invoices. Every limit of them stands here. HUB-10 to HUB-17. Pure.

What a row alone can tell, its model judges; what the present day tells, `too_early` of it does.
"""

import re
from abc import abstractmethod
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from domain.checks import InOurWords, Judged
from domain.hub.currencies import CURRENCIES
from domain.lifecycle import Lifecycle
from domain.values import Count, Identifier, Model, Moment

NOT_YET: Final = "is in the future (days are UTC)"
CENTURY: Final = 20
DECIMALS: Final = 4
ISO: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class RowProblem(NamedTuple):
    """What speaks against a row that reads."""

    field: str
    what: str


def _written_day(given: Any) -> Any:
    """Only `2027-03-31` is a day: pydantic would take a number for seconds since 1970."""
    if isinstance(given, str) and ISO.fullmatch(text := given.strip()):
        try:
            given = date.fromisoformat(text)
        except ValueError:
            raise InOurWords("is a day that no calendar has") from None
    if type(given) is not date:
        raise InOurWords("must be a date such as 2027-03-31")
    if given.year // 100 != CENTURY:
        raise InOurWords("must be a day of this century")
    return given


Day = Annotated[date, BeforeValidator(_written_day)]
"""A calendar day, UTC."""


def _is_currency(code: str) -> None:
    if code not in CURRENCIES:
        raise InOurWords("must be a currency of ISO 4217, such as JPY")


def _has_few_decimals(amount: Decimal) -> None:
    if amount != round(amount, DECIMALS):
        raise InOurWords(f"must have at most {DECIMALS} decimals")


Currency = Annotated[str, StringConstraints(to_upper=True, max_length=3), AfterValidator(Judged(_is_currency))]
ProductName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Amount = Annotated[Decimal, Field(ge=0, lt=10**15), AfterValidator(Judged(_has_few_decimals))]
"""Of money; no currency has more than four decimals."""


class HubRow(Model):
    """One line of a file."""

    key: ClassVar[tuple[str, ...]]
    """Columns that say which one it is: another row of the same key is in its place."""

    @abstractmethod
    def columns(self) -> dict[str, Any]:
        """As it is stored, but for when."""

    @abstractmethod
    def too_early(self, today: date) -> Iterator[RowProblem]:
        """What it says of days that have not come yet; `today` is UTC's."""


class UsageRow(HubRow):
    """Licences of one product of one subscription, trial or wholesale customer on one day. HUB-13, HUB-54."""

    key: ClassVar = ("lifecycle", "subject", "product", "day")

    id: Identifier = Field(description="Of the subscription, the trial or the wholesale customer.")
    day: Day = Field(description="UTC.")
    product: ProductName = Field(description="Such as meetings or calling.")
    assigned: Count = Field(description="Licences that somebody has.")
    used: Count = Field(description="Licences with which somebody met or called.")
    used_assigned: Count | None = Field(
        default=None, description="Of the used ones, those that are assigned. AMB-25. Default: the lower of both."
    )
    purchased: Count | None = Field(default=None, description="What the vendor says is entitled from this day on.")
    lifecycle: Literal["subscription", "trial", "wholesale"] | None = Field(
        default=None, description="Only if several have this id."
    )

    @model_validator(mode="after")
    def _part_of_both(self) -> Self:
        if self.used_assigned is not None and self.used_assigned > min(self.used, self.assigned):
            raise ValueError("used_assigned: must be at most used, and at most assigned (AMB-25)")
        return self

    def columns(self) -> dict[str, Any]:
        """`lifecycle` is None where the row leaves it open."""
        both = self.used_assigned
        return {
            "lifecycle": Lifecycle(self.lifecycle) if self.lifecycle else None,
            "subject": self.id,
            "product": self.product,
            "day": self.day,
            "assigned": self.assigned,
            "used": self.used,
            "used_assigned": min(self.used, self.assigned) if both is None else both,
            "purchased": self.purchased,
        }

    def too_early(self, today: date) -> Iterator[RowProblem]:
        """Usage is what was."""
        if self.day > today:
            yield RowProblem("day", NOT_YET)


class SignInRow(HubRow):
    """An administrator of a customer signed in to Control Hub. HUB-14, AMB-20."""

    key: ClassVar = ("customer_id", "day", "administrator")

    customer_id: Identifier
    administrator: Identifier = Field(description="An id, no name and no address.")
    day: Day | None = Field(default=None, description="UTC. Or at.")
    at: Moment | None = Field(default=None, description="The instant, with its offset. Or day.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.day is None) == (self.at is None):
            raise ValueError("day: is required, or at; and only one of them")
        return self

    @property
    def on(self) -> date:
        """Its day, UTC."""
        return self.day or known_day(self.at)

    def columns(self) -> dict[str, Any]:
        """See base class."""
        return {"customer_id": self.customer_id, "day": self.on, "administrator": self.administrator}

    def too_early(self, today: date) -> Iterator[RowProblem]:
        """A sign-in is what was."""
        if self.on > today:
            yield RowProblem("day" if self.day else "at", NOT_YET)


def known_day(at: datetime | None) -> date:
    """The UTC day of an instant that is there."""
    if at is None:
        raise TypeError("an instant is missing")
    return at.astimezone(UTC).date()


InvoiceState = Literal["open", "unpaid", "paid", "void"]
UNPAID: Final = "unpaid"
"""Due, and not paid: the subscription is suspended while it has such an invoice. HUB-16, AMB-42."""


class PaymentRow(HubRow):
    """An invoice of a subscription, as it stands now. HUB-16, HUB-40."""

    key: ClassVar = ("subscription_id", "invoice")

    subscription_id: Identifier
    invoice: Identifier = Field(description="Its number.")
    issued_on: Day
    due_on: Day
    amount: Amount
    currency: Currency = Field(description="ISO 4217, such as JPY.")
    state: InvoiceState = Field(description="unpaid: due, and not paid. void: nothing is owed.")
    paid_on: Day | None = Field(default=None, description="Only of a paid one, and of each of them.")
    auto_renew: bool | None = Field(
        default=None, description="What the order desk says of the subscription; the newest invoice counts. AMB-23."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.due_on < self.issued_on:
            raise ValueError("due_on: must not be before issued_on")
        if self.state == "paid" and self.paid_on is None:
            raise ValueError("paid_on: is required of an invoice that is paid")
        if self.state != "paid" and self.paid_on is not None:
            raise ValueError("paid_on: must be empty unless state is paid")
        return self

    def columns(self) -> dict[str, Any]:
        """The same amount is always the same text."""
        return self.model_dump() | {"amount": f"{self.amount.normalize():f}"}

    def too_early(self, today: date) -> Iterator[RowProblem]:
        """Nobody is suspended for what is not due. HUB-16."""
        if self.issued_on > today:
            yield RowProblem("issued_on", NOT_YET)
        if self.paid_on and self.paid_on > today:
            yield RowProblem("paid_on", NOT_YET)
        if self.state == UNPAID and self.due_on > today:
            yield RowProblem("state", "unpaid is what is due; until then an invoice is open (HUB-16)")
