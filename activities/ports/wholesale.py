"""What the store does for wholesale customers, beside what it does for every lifecycle: users live here. WHS-11."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime

from activities.ports.store import LifecycleStore, Standings
from domain.values import Identifier, Model
from domain.wholesale.messages import WholesaleUser
from domain.wholesale.users import Assigned, Holding, Limits, UserChange, UserResult


class StoredUser(Model):
    """A user as the store has it."""

    user_id: Identifier
    email: str
    first_name: str
    last_name: str
    has: Holding
    changed_at: AwareDatetime


class UsersChanged(Model):
    """What became of a change, and how much is assigned after it."""

    assigned: Assigned
    change: UserChange = UserChange.UNCHANGED
    """Of one user."""

    results: dict[UserChange, int] = {}
    """Of a batch: how many of each."""


class StepTaken(Model):
    """One step of a deprovisioning, as it was taken first: a repeat gets this. WHS-27."""

    step: str
    taken_at: AwareDatetime
    removed: int = 0
    """How many users, packages or add-ons it took."""

    digest: str = ""
    """SHA-256, in hex, over the ids of the users that it took, sorted by their bytes, each ended by a newline: what the
    certificate vouches for, and `LC_ALL=C sort | sha256sum` finds."""


class WholesaleStore(LifecycleStore, Standings, Protocol):
    """Wholesale customers and their users. Every write is one transaction, idempotent, and under the customer's lock.

    What a user may have is decided by `domain/wholesale/users.py` against what is stored in that moment. From the first
    step of the deprovisioning on nobody gets anything: an attempt that comes late raises Refused (WRONG_STAGE).
    """

    def assign_user(self, external_id: str, user: WholesaleUser, limits: Limits, now: datetime) -> UsersChanged:
        """Give one user what it is to have, or change it. Raises Refused on `user.<field>`."""
        ...

    def change_package(
        self, external_id: str, user_id: str, package: str, add_ons: Sequence[str] | None, limits: Limits, now: datetime
    ) -> UsersChanged:
        """Raises Refused on user_id (nobody like this), package or add_ons. The same once more is unchanged."""
        ...

    def remove_user(self, external_id: str, user_id: str, now: datetime) -> UsersChanged:
        """The user has nothing any more; name and address go, the id stays. A repeat is unchanged; raises Refused on
        user_id for one that never was."""
        ...

    def lay_down(self, external_id: str, batch_id: str, users: Sequence[WholesaleUser], now: datetime) -> None:
        """Keep users of an import for `assign_batch`, which takes their names out of the batch again; a batch that is
        there already stays as it is."""
        ...

    def assign_batch(self, external_id: str, batch_id: str, limits: Limits, now: datetime) -> UsersChanged:
        """Each user of the batch in its turn, in one transaction: one that is refused stops no other. A repeat gets the
        first answer. Raises NotKnown (field batch_id)."""
        ...

    def batch_results(self, external_id: str, batch_id: str) -> tuple[UserResult, ...] | None:
        """By user, in the order given; None: not carried out yet, or not known."""
        ...

    def users(self, external_id: str, after: str = "", limit: int = 500, *, package: str = "") -> list[StoredUser]:
        """Those that have something, by id, from the first one after `after`."""
        ...

    def user(self, external_id: str, user_id: str) -> StoredUser:
        """Raises NotKnown (field user_id)."""
        ...

    def assigned(self, external_id: str) -> Assigned:
        """How much is assigned now."""
        ...

    def remove_users(self, external_id: str, now: datetime, limit: int) -> int:
        """Take everything from at most `limit` users, as `remove_user` does; how many there were. 0: nobody is left.
        Batches that were laid down and never assigned are forgotten."""
        ...

    def take_step(self, external_id: str, step: str, now: datetime, removed: int | None = None) -> StepTaken:
        """Note that a step of the deprovisioning is done. `removed`: what it took; None: as many users as the store
        has removed since the deprovisioning began, with the digest of their ids; whoever is left goes as well. The
        first answer stays."""
        ...

    def steps(self, external_id: str) -> tuple[StepTaken, ...]:
        """In the order in which they were taken."""
        ...
