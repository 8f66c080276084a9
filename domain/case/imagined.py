"""How a forecast answers the activities of a case: as if the registry knew its account, a large one. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.account.classification import is_covered

IMAGINED_ACCOUNT: Final = "imagined"
"""Where the case itself names none."""


def _found(service: str, account_id: str | None) -> dict[str, Any]:
    known = {"account_id": account_id, "large": True, "why": "taken to be a large-user account, for the forecast"}
    return {"covered": is_covered(service), **(known if account_id else {})}


def _opened(request: Any) -> dict[str, Any]:
    """Whoever names an account in any way has one."""
    placed, state = request["placed"], request["state"]
    named = any(placed.get(field) for field in ("main_email", "customer_email", "zuid", "organization_id"))
    account_id = placed.get("organization_id") or (IMAGINED_ACCOUNT if named else None)
    return {
        "found": _found(state["service"], account_id),
        "service_time": {"hours": placed.get("policy", {}).get("hours")},
        "received_at": state["received_at"],
    }


def _looked_up(request: Any) -> dict[str, Any]:
    return _found(request["service"], request.get("account_id") or IMAGINED_ACCOUNT)


def _hours(request: Any) -> dict[str, Any]:
    return {"service_time": {"hours": request.get("hours")}}


IMAGINED: Final[Mapping[str, Callable[[Any], Any]]] = {
    "open_case": _opened,
    "look_up_account": _looked_up,
    "hours_of_service": _hours,
}
"""By activity. Of hours of service no holidays are known."""
