"""A made-up lifecycle, as a workflow."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.deadlines import Deadline
    from domain.offers import Offers
    from domain.view import LifecycleView
    from tests.card.kind import CARD, CardState, RequestCard, card_view
    from workflows.lifecycle import LifecycleWorkflow
    from workflows.messages import required
    from workflows.updates import takes_updates_of


@workflow.defn(name="Card")
@takes_updates_of(CARD)
class Card(LifecycleWorkflow[CardState]):
    """One library card. Id `card-<card id>`."""

    start: RequestCard

    @workflow.init
    def __init__(self, start: RequestCard | None = None, carried: CardState | None = None) -> None:
        super().__init__()
        self.start = required(start)
        self.opened = carried is not None
        self.state = carried or CardState.requested(self.start, workflow.now())

    @workflow.run
    async def run(self, _start: RequestCard | None = None, _carried: CardState | None = None) -> str:
        """Until it is back."""
        return await self.through(self.live())

    async def live(self) -> str:
        """Made, in somebody's hands, back."""
        if not self.opened:
            self.expect_its_id()
            self.state.zone_rules = (await self.register()).zone_rules
            self.opened = True
        await self.until(lambda: self.state.closed)
        await self.at_rest()
        return str(self.state.stage)

    def ready(self) -> bool:
        """Once its id is taken."""
        return self.opened

    def on_due(self, deadline: Deadline) -> None:
        """CRD-2: late, never a failure."""
        self.state.endanger(deadline.name, workflow.now(), deadline.at)

    def view(self) -> LifecycleView:
        """As of now."""
        return card_view(self.state, workflow.now())

    def offers(self) -> Offers:
        """What can be sent."""
        return CARD.offers(self.state, workflow.now())

    def asked_to_stop(self, reason: str) -> None:
        """A card is given back, or it is not."""
        self.was_refused("cancel", reason)
