"""What an option request knows of the subscription it is about. Pure."""

from datetime import date

from domain.values import Model
from domain.working_time import ZoneRules


class Subscribed(Model):
    """As the store had it when the request was opened, and recorded with it: an answer is of that day. ADR 5."""

    customer_id: str
    customer_company: str
    facing_partner: str
    """The company that faces the customer."""

    zone: str
    """The customer's: its midnight ends a calendar day. AMB-39."""

    zone_rules: ZoneRules
    renewal_date: date
    csm: str | None = None
    """The id of the Customer Success Manager; None: nobody is assigned yet. ORD-27."""
