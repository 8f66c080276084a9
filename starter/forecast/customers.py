"""What a forecast's world answers wholesale customers and their checks. WHS-20 to WHS-27."""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, Final

from temporalio import activity

from activities.compliance import ComplianceActivities, OpenCheck, OpenedCheck, ScreenCustomer
from activities.wholesale import CheckWanted, OpenedWholesale, OpenWholesale, WholesaleActivities
from activities.wholesale_users import StepToTake, WholesaleUserActivities
from adapters.setting_groups import Wholesale
from domain.compliance.kind import COMPLIANCE
from domain.compliance.screening import Match, Screened, Screening
from domain.lifecycle import workflow_id
from domain.wholesale.checks import CheckFacts
from domain.wholesale.kind import WHOLESALE
from domain.wholesale.standing import Step
from domain.wholesale.states import WholesaleEvent
from starter.forecast.imagined import Imagined
from starter.forecast.notes import Notebook
from starter.forecast.question import Question
from starter.reach.gate import settings

IMAGINED: Final = "imagined"

LISTED: Final = Match(
    entry=IMAGINED,
    source=IMAGINED,
    listed_name=IMAGINED,
    screened_name=IMAGINED,
    score=100.0,
    explained="taken to be on the list, for the forecast",
)


class NobodyListed:
    """A list with nobody in it."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    async def screen(self, _screened: Screened) -> Screening:
        """Clean."""
        return Screening(list_version=IMAGINED, screened_at=self._notebook.at, threshold=LISTED.score)


class ImaginedCustomers(Imagined):
    """The real activities, on the forecast's own store; only nobody is on the list of restricted parties but whom a
    check was about, or is to be decided about."""

    real: ClassVar = (WholesaleActivities, WholesaleUserActivities, ComplianceActivities)
    """Whose other activities are asked as they are."""

    offered = Wholesale()
    """Catalogue and locations."""

    listed: frozenset[str] = frozenset()
    """Workflow ids of checks that are taken to find a match, and to find it once more at the last look."""

    def suppose(self, question: Question) -> None:
        """The installation's catalogue, and that a check which somebody decides about has found somebody. WHS-24."""
        if question.subject.lifecycle in (WHOLESALE.name, COMPLIANCE.name):
            self.offered = settings().wholesale
        decided = (act.to for act in question.acts if act.update in COMPLIANCE.updates)
        self.listed = frozenset(to.workflow_id for to in decided if to.lifecycle == COMPLIANCE.name)

    def activities(self) -> list[Callable[..., Any]]:
        """See base class."""
        own = super().activities()
        known = {_name(method) for method in own}
        others = [getattr(each, name) for each in (self._customers, self._users, self._checks) for name in dir(each)]
        return [*own, *(method for method in others if _name(method) and _name(method) not in known)]

    @property
    def _customers(self) -> WholesaleActivities:
        offered = (self.offered.catalogue, self.offered.locations, self.offered.telephony)
        return WholesaleActivities(self.store, self.calendars, self.lifecycles, *offered)

    @property
    def _users(self) -> WholesaleUserActivities:
        return WholesaleUserActivities(self.store)

    @property
    def _checks(self) -> ComplianceActivities:
        return ComplianceActivities(self.store, self.calendars, self.lifecycles, NobodyListed(self.notebook))

    @activity.defn(name="open_wholesale")
    async def open_wholesale(self, request: OpenWholesale) -> OpenedWholesale:
        """Refused for what the catalogue does not have; one that runs already goes on. WHS-12, WHS-34."""
        opened = await self._customers.open_wholesale(request)
        state = self.open(request.placed, opened.goes_on or request.state)
        if opened.goes_on is None:
            self.notebook.state(state.subject, str(state.stage), WHOLESALE.rules.events["wholesale.created"])
        return opened

    @activity.defn(name="start_check")
    async def start_check(self, request: CheckWanted) -> CheckFacts:
        """It becomes part of the forecast. WHS-20."""
        facts = await self._customers.start_check(request)
        name = workflow_id(COMPLIANCE.name, request.check_id)
        if name not in self.begun:
            self.begun.append(name)
        return facts

    @activity.defn(name="open_check")
    async def open_check(self, request: OpenCheck) -> OpenedCheck:
        """One that runs already goes on, and what it found stays so."""
        opened = await self._checks.open_check(request)
        state = self.open(request.placed, opened.state)
        if opened.state == request.state:
            self.notebook.state(state.subject, str(state.stage), WHOLESALE.rules.events[WholesaleEvent.CHECK_STARTED])
        if opened.state.screening is not None and not opened.state.screening.is_clean:
            self.listed |= {workflow_id(COMPLIANCE.name, request.state.check_id)}
        return opened

    @activity.defn(name="screen_customer")
    async def screen_customer(self, request: ScreenCustomer) -> Screening:
        """Clean, unless somebody has to decide. WHS-23, WHS-24."""
        found = await self._checks.screen_customer(request)
        if workflow_id(COMPLIANCE.name, request.check_id) in self.listed:
            return found.model_copy(update={"matches": (LISTED,), "found": 1})
        return found

    @activity.defn(name="take_deprovisioning_step")
    async def take_deprovisioning_step(self, request: StepToTake) -> Step:
        """Gone for good. WHS-27."""
        taken = await asyncio.to_thread(self._users.take_deprovisioning_step, request)
        self.notebook.loss(request.external_id, request.step, WHOLESALE.rules.losses.get(request.step))
        return taken


def _name(method: Any) -> str | None:
    """Of the activity that it is, if it is one."""
    definition = getattr(method, "__temporal_activity_definition", None)
    return definition.name if definition else None
