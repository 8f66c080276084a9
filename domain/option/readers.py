"""Who gets an option request's mails, in words and without names."""

from collections.abc import Mapping

from domain.option.mails import REQUESTER
from domain.option.messages import RequestOption


def readers(request: RequestOption) -> Mapping[str, str]:
    """Whoever asked."""
    return {REQUESTER: f"requester of partner {request.partner_id}"}
