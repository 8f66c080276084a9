"""What the store does for option requests, beside what it does for every lifecycle. domain.md §4."""

from datetime import datetime
from typing import Protocol

from activities.ports.store import LifecycleStore, Standings


class OptionStore(LifecycleStore, Standings, Protocol):
    """Option requests and what a completed one changes elsewhere. Every write is one transaction and idempotent."""

    def change_contact(self, request_id: str, now: datetime) -> None:
        """From now on the request's `new_contact` gets the mails of the contact it names, of the subscription, of its
        orders and of the customer's trials with that partner that are not over. OPT-02 (c).

        Who stood there before is kept beside the request, in the role `before/<lifecycle>/<subject>/<role>`. A repeat
        changes nothing, not even what a later request changed since. Raises NotKnown: no such request, or one that
        changes no contact.
        """
        ...

    def partner_addresses_of(self, subscription_id: str) -> frozenset[str]:
        """Mail addresses of partners that its orders name: no site administrator has one of these. AMB-56."""
        ...
