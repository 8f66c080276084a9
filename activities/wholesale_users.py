"""A wholesale customer's users, in the store: one by one, in batches, and all of them at its end. WHS-11, WHS-27."""

from typing import Final

from pydantic import AwareDatetime

from activities.context import activity_in_a_thread
from activities.errors import refusals_are_final
from activities.ports.wholesale import UsersChanged, WholesaleStore
from domain.values import Identifier, Model
from domain.wholesale.messages import WholesaleUser
from domain.wholesale.standing import USERS_REMOVED, Step
from domain.wholesale.users import Assigned, Limits

AT_A_TIME: Final = 1_000
"""Users that one activity removes: a second or two."""


class CustomerInQuestion(Model):
    """A customer whose users are counted."""

    external_id: Identifier


class UserToAssign(Model):
    """A user, and what is possible."""

    external_id: Identifier
    user: WholesaleUser
    limits: Limits
    at: AwareDatetime
    """On the workflow's clock: a local activity does not know it."""


class PackageToChange(Model):
    """A user's other package, and what is possible."""

    external_id: Identifier
    user_id: Identifier
    package: Identifier
    add_ons: tuple[str, ...] | None
    limits: Limits
    at: AwareDatetime


class UserToRemove(Model):
    """A user who goes."""

    external_id: Identifier
    user_id: Identifier
    at: AwareDatetime


class BatchToAssign(Model):
    """Users that were laid down in the store, and what is possible."""

    external_id: Identifier
    batch_id: Identifier
    limits: Limits
    at: AwareDatetime


class UsersToRemove(Model):
    """Some users of a customer on its way out."""

    external_id: Identifier
    at: AwareDatetime


class UsersRemoved(Model):
    """How many went, and what is left."""

    removed: int
    assigned: Assigned


class StepToTake(Model):
    """One step of the deprovisioning."""

    external_id: Identifier
    step: str
    removed: int | None
    """How much it takes; None: users are counted by the store."""

    at: AwareDatetime


class WholesaleUserActivities:
    """Each may be repeated without harm. What a user may have the store decides, under the customer's lock. WHS-05."""

    def __init__(self, store: WholesaleStore) -> None:
        self._store = store

    @activity_in_a_thread
    def assign_user(self, request: UserToAssign) -> UsersChanged:
        """Give a user what is wanted; a repeat finds it so, and changes nothing."""
        with refusals_are_final():
            return self._store.assign_user(request.external_id, request.user, request.limits, request.at)

    @activity_in_a_thread
    def change_user_package(self, request: PackageToChange) -> UsersChanged:
        """Another package instead of the one there is; a repeat finds it so, and changes nothing."""
        wanted = request.package, request.add_ons, request.limits, request.at
        with refusals_are_final():
            return self._store.change_package(request.external_id, request.user_id, *wanted)

    @activity_in_a_thread
    def remove_one_user(self, request: UserToRemove) -> UsersChanged:
        """The user has nothing any more; a repeat finds nobody, and changes nothing."""
        with refusals_are_final():
            return self._store.remove_user(request.external_id, request.user_id, request.at)

    @activity_in_a_thread
    def assign_users(self, request: BatchToAssign) -> UsersChanged:
        """A batch, once: a repeat gets the first results, and the counts of now."""
        with refusals_are_final():
            changed = self._store.assign_batch(request.external_id, request.batch_id, request.limits, request.at)
            return changed.model_copy(update={"assigned": self._store.assigned(request.external_id)})

    @activity_in_a_thread
    def count_users(self, request: CustomerInQuestion) -> Assigned:
        """How much is assigned now. Only reads, so a repeat is harmless."""
        return self._store.assigned(request.external_id)

    # The end.

    @activity_in_a_thread
    def remove_users(self, request: UsersToRemove) -> UsersRemoved:
        """Some of them; a repeat takes the next ones, for those who went have nothing any more. WHS-27."""
        removed = self._store.remove_users(request.external_id, request.at, AT_A_TIME)
        return UsersRemoved(removed=removed, assigned=self._store.assigned(request.external_id))

    @activity_in_a_thread
    def take_deprovisioning_step(self, request: StepToTake) -> Step:
        """Keyed by customer and step: a repeat gets the first answer. WHS-27."""
        counted = None if request.step == USERS_REMOVED else request.removed
        taken = self._store.take_step(request.external_id, request.step, request.at, counted)
        return Step(step=taken.step, at=taken.taken_at, removed=taken.removed, digest=taken.digest)
