"""Operators let a lifecycle take the present rules of zones and holidays, whichever it is. ADR 5."""

from typing import Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.order import CalendarWanted, OrderActivities
    from activities.rules import RulesActivities, RulesWanted
    from domain.business_days import WorkingCalendar
    from domain.deadlines import Deadline
    from domain.lifecycles import KINDS
    from domain.recompute import BusinessDays, PresentRules, RecomputeDates
    from domain.view import LifecycleView
    from workflows.attempts import Attempts, L, as_refused

GIVEN_UP: Final = "an operator gave up asking for the present rules; nothing was changed"


class Recomputing(Attempts[L]):
    """It computes by the rules it was opened with until an operator says otherwise."""

    async def recompute_dates(self, message: RecomputeDates) -> LifecycleView:
        """Of the deadlines it answers, those have a `was` that moved, or with `dry_run` would move."""
        rules = await self.present_rules()
        self.state.check_recompute_dates(message, workflow.now())
        recount = KINDS[self.state.lifecycle].recompute(self.state, rules)
        moved = recount.moved()
        if not message.dry_run:
            recount.take(message, workflow.now())
        return with_moved(self.view(), moved)

    async def present_rules(self) -> PresentRules:
        """Those of this release, recorded with the answers."""
        wanted = RulesWanted(zone=self.state.zone)
        with as_refused(GIVEN_UP):
            zone_rules = await self.carry_out(
                RulesActivities.current_rules, wanted, summary=f"Rules of {wanted.zone} of today", optional=True
            )
            return PresentRules(zone_rules=zone_rules, calendar=await self._present_calendar())

    async def _present_calendar(self) -> WorkingCalendar | None:
        """For the guide that is pending when it has come: the form may be submitted meanwhile."""
        guide, calendar = self._guide(), None
        while guide is not None:
            calendar = await self._calendar_of(guide)
            if guide == self._guide():
                break
            guide = self._guide()
        return calendar

    async def _calendar_of(self, guide: BusinessDays) -> WorkingCalendar:
        wanted = CalendarWanted(country=guide.country, zone=guide.zone, start=guide.start, business_days=guide.days)
        summary = f"Holidays of today, for {guide.days} business days"
        return await self.carry_out(OrderActivities.working_calendar, wanted, summary=summary, optional=True)

    def _guide(self) -> BusinessDays | None:
        return KINDS[self.state.lifecycle].recompute.guide_of(self.state)


def with_moved(view: LifecycleView, moved: tuple[Deadline, ...]) -> LifecycleView:
    """Of its deadlines, those show the date they had that are among `moved`."""
    pending = {each.name: each.model_copy(update={"was": None}) for each in view.deadlines}
    pending |= {each.name: each for each in moved}
    return view.model_copy(update={"deadlines": tuple(sorted(pending.values(), key=lambda each: each.at))})
