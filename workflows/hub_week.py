"""The hub's week, closed each Sunday at 00:00:00 UTC by a Schedule. It is about nobody: nobody starts it. HUB-60."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.hub import HubActivities, WeeksClosed
    from workflows.steps import CLOSING


@workflow.defn
class CloseHubWeek:
    """One step, tried until it succeeds: a run that stays open shows in the Web UI why."""

    @workflow.run
    async def run(self) -> WeeksClosed:
        """Close what ended; also the weeks of Sundays that were missed."""
        summary = "Close every week of the hub that ended"
        return await workflow.execute_activity_method(HubActivities.close_hub_weeks, summary=summary, **CLOSING)
