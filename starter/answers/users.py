"""What the commands of users answer with --json. Keys are stable: they are only ever added to."""

from typing import Literal

from pydantic import Field

from domain.values import Model
from domain.working_time import Instant
from starter.answers.lifecycle import Answer


class UserChangeAnswer(Answer):
    """`user add`, `user change`, `user remove`."""

    result: Literal["added", "changed", "unchanged", "removed"]
    user: str


class ListedUser(Model):
    """One line of the list: no name and no address."""

    user: str
    partner: str | None = Field(description="Null: of the vendor.")
    roles: tuple[str, ...]
    active: bool = Field(description="May sign in.")
    first_run: bool = Field(description="Has yet to accept the terms of service.")
    assigned: tuple[str, ...] = Field(description="Customers that they were assigned to.")


class UserListAnswer(Answer):
    """`user list`."""

    users: tuple[ListedUser, ...]


class UserShowAnswer(Answer):
    """`user show`."""

    user: ListedUser
    name: str
    email: str | None
    language: str
    zone: str
    accepted_terms_at: Instant | None = Field(description="Null: their first run is still to come.")


class SignInAnswer(Answer):
    """`user sign-in`. Whoever has the link signs in as this user."""

    user: str
    url: str = Field(description="Works once.")
    ends_at: Instant
