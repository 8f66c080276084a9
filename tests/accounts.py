"""Makes accounts for tests; only what matters is said."""

from typing import Any

from domain.account.account import RegisterAccount


def an_account(zoid: str = "700100200", **changes: Any) -> RegisterAccount:
    """An account of region JP with 1,200 licences of a service that counts."""
    said: dict[str, Any] = {
        "by": "ops-7",
        "zoid": zoid,
        "name": "Akasaka Trading",
        "region": "JP",
        "data_centre": "JP",
        "subscriptions": [a_service("Zoho CRM", 1200)],
    }
    return RegisterAccount.model_validate(said | changes)


def a_service(service: str, licences: int) -> dict[str, Any]:
    """One subscription."""
    return {"service": service, "licences": licences}
