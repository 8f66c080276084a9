"""A wholesale customer's users and quantities: changed one after the other, each judged by what the one before left."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.wholesale_users import (
        BatchToAssign,
        CustomerInQuestion,
        PackageToChange,
        UsersToRemove,
        UserToAssign,
        UserToRemove,
        WholesaleUserActivities,
    )
    from domain.view import LifecycleView
    from domain.wholesale.messages import AssignBatch, AssignUser, ChangePackage, ChangeQuantities, RemoveUser
    from domain.wholesale.state import WholesaleState
    from workflows.attempts import Q, R, as_refused
    from workflows.lifecycle import LifecycleWorkflow

_GIVEN_UP: Final = "an operator gave up asking the store, or the customer is being deprovisioned; nothing was changed"


class WholesaleUsers(LifecycleWorkflow[WholesaleState]):
    """Users live in the store: here is asked, and counted. WHS-05, WHS-06, WHS-11, WHS-12."""

    def __init__(self) -> None:
        super().__init__()
        self.one_change = asyncio.Lock()
        """Users and quantities change one after the other."""

    @asynccontextmanager
    async def change_of(self, update: str) -> AsyncIterator[None]:
        """Alone, and only as long as the customer is not on its way out."""
        async with self.one_change:
            self.state.check_stage(update)
            yield

    async def asked(self, activity: Callable[[Any, Q], R], request: Q, summary: str) -> R:
        """What the store refuses is refused to the person who asked."""
        with as_refused(_GIVEN_UP):
            return await self.carry_out(activity, request, summary=summary, optional=True)

    async def assign(self, message: AssignUser) -> LifecycleView:
        """Exactly one package, never above the quantity. WHS-11, WHS-12."""
        async with self.change_of("assign"):
            state = self.state
            request = UserToAssign.model_construct(
                external_id=state.external_id, user=message.user, limits=state.limits, at=workflow.now()
            )
            done = await self.asked(WholesaleUserActivities.assign_user, request, "Assign a user")
            self.state.assign(message, workflow.now(), done.assigned, done.change)
        return self.view()

    async def change_package(self, message: ChangePackage) -> LifecycleView:
        """An administrator never gets a lower one. WHS-06."""
        async with self.change_of("change_package"):
            request = PackageToChange(
                external_id=self.state.external_id,
                user_id=message.user_id,
                package=message.package,
                add_ons=message.add_ons,
                limits=self.state.limits,
                at=workflow.now(),
            )
            done = await self.asked(WholesaleUserActivities.change_user_package, request, "Change a user's package")
            self.state.change_package(message, workflow.now(), done.assigned, done.change)
        return self.view()

    async def remove_user(self, message: RemoveUser) -> LifecycleView:
        """The user has nothing any more."""
        async with self.change_of("remove_user"):
            request = UserToRemove(external_id=self.state.external_id, user_id=message.user_id, at=workflow.now())
            done = await self.asked(WholesaleUserActivities.remove_one_user, request, "Remove a user")
            self.state.remove_user(message, workflow.now(), done.assigned, done.change)
        return self.view()

    async def assign_batch(self, message: AssignBatch) -> LifecycleView:
        """Users are in the store, and each gets a result there: the history stays small."""
        async with self.change_of("assign_batch"):
            request = BatchToAssign(
                external_id=self.state.external_id,
                batch_id=message.batch_id,
                limits=self.state.limits,
                at=workflow.now(),
            )
            done = await self.asked(WholesaleUserActivities.assign_users, request, f"Assign batch {message.batch_id}")
            self.state.assign_batch(message, workflow.now(), done.assigned, done.results)
        return self.view()

    async def change_quantities(self, message: ChangeQuantities) -> LifecycleView:
        """Judged by what is assigned now. WHS-12."""
        async with self.change_of("change_quantities"):
            request = CustomerInQuestion(external_id=self.state.external_id)
            self.state.assigned = await self.asked(WholesaleUserActivities.count_users, request, "Count users")
            self.state.change_quantities(message, workflow.now())
        return self.view()

    async def remove_all_users(self) -> None:
        """Some at a time, until nobody is left. WHS-27."""
        removed = True
        while removed:
            await self.nobody_holds_it()
            some = UsersToRemove(external_id=self.state.external_id, at=workflow.now())
            done = await self.carry_out(
                WholesaleUserActivities.remove_users, some, summary="The end of the customer: users are removed"
            )
            self.state.users_are_removed(done.assigned)
            removed = done.removed > 0


NEEDED_BY_NOBODY: Final = frozenset(
    {
        WholesaleUserActivities.assign_user.__name__,
        WholesaleUserActivities.change_user_package.__name__,
        WholesaleUserActivities.remove_one_user.__name__,
        WholesaleUserActivities.assign_users.__name__,
        WholesaleUserActivities.count_users.__name__,
    }
)
"""Steps, by name, that are tried no more once the customer is on its way out."""
