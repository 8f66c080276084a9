"""The world as a subscription sees it."""

from temporalio import activity

from activities.now import now, run
from activities.ports import SubscriptionStore
from domain.events import Journal
from domain.subscription.subscription import SubscriptionLife
from domain.values import Model


class RecordSubscription(Model):
    """What the store does not know yet about a subscription."""

    life: SubscriptionLife
    journal: Journal


class SubscriptionActivities:
    """Each is one sentence to the world and may be repeated without harm."""

    def __init__(self, store: SubscriptionStore) -> None:
        self._store = store

    @activity.defn
    def record_subscription(self, request: RecordSubscription) -> None:
        """Write row, events and tasks in one transaction, keyed by id and sequence: a repeat is a no-op."""
        self._store.record_subscription(request.life, request.journal, run(), now())
