"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test."""

from datetime import datetime
from typing import Final

from domain.compliance.messages import Approve, ConfirmMatch, PartnerReplied
from domain.compliance.state import CheckState
from domain.offers import Offer, as_they_are
from domain.values import Message

EXAMPLES: Final[dict[str, Message]] = {
    "approve": Approve(by="compliance-3", reason="another company: founded elsewhere, under another number"),
    "confirm_match": ConfirmMatch(by="compliance-3", reason="same name, same address, same owners"),
    "partner_replied": PartnerReplied(by="partner-hikari", reply="We ask the customer for papers until Friday."),
}
"""By update name."""


def offers(_state: CheckState, _now: datetime) -> dict[str, Offer]:
    """What fits this check, with a word on what follows."""
    found = as_they_are(EXAMPLES)
    found["confirm_match"] = found["confirm_match"]._replace(note="the partner is contacted at once")
    note = "nobody is contacted any more; only the days until it has to be resolved count"
    found["partner_replied"] = found["partner_replied"]._replace(note=note)
    return found
