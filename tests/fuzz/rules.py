"""What models ask for across their fields, put right in a generated message: the schema does not tell."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Json = dict[str, Any]

NAMED_USERS: Final = 7
"""What every order of a campaign buys: two sites and a reserve share them."""

MONTHS: Final = 12

DETAILED: Final = ("language", "site_split", "contact", "session_type", "logo")
"""Kinds of option requests with details of their own."""


def _place_order(message: Json) -> None:
    if message.get("kind") == "renewal":
        message.setdefault("subscription_id", "sub-nobody")
        message["subscription_id"] = message["subscription_id"] or "sub-nobody"
    else:
        message.pop("subscription_id", None)


def _provisioning_form(form: Json) -> None:
    """Every site once, and as many named users as were bought."""
    sites = form.get("sites") or []
    for number, site in enumerate(sites):
        site["named_users"] = 0
        site["url"] = f"s{number}-{site['url'].removeprefix('https://')}"[:120]
    if sites:
        sites[0]["named_users"] = NAMED_USERS - 1
    form["sites"] = sites[:50]
    form["number_of_sites"] = len(form["sites"])
    form["admin_email"] = f"admin-{form['admin_email']}"  # never the partner's own (AMB-56)
    form["reserve"] = 1


def _graduation_form(form: Json) -> None:
    form["term_years"] = 1
    for asked, answer, words in (("upsell", "upsell_comments", "more"), ("copy_wanted", "copy_email", "")):
        if not form.get(asked):
            form.pop(answer, None)
        else:
            form[answer] = form.get(answer) or words or form["manager_email"]


def _start_trial(message: Json) -> None:
    existing = message.get("kind") == "existing_customer"
    message |= {"partner_role": "sales_administrator", "supported_location": True, "confirmed_organization": existing}
    message["contact_is_full_administrator"] = message.get("contact_is_full_administrator", False) or existing
    message["services"] = list(dict.fromkeys(message["services"]))
    if not message.get("site"):
        message["services"] = [each for each in message["services"] if each != "meetings_enterprise"] or ["messaging"]
    if "meetings_enterprise" not in message["services"]:
        message.pop("site", None)
    devices = message.get("devices") or []
    for name in ("device_id", "model", "serial_number"):
        if len({device[name] for device in devices}) != len(devices):
            for number, device in enumerate(devices):
                device[name] = f"{number}{device[name]}"[:64]


def _edit_services(message: Json) -> None:
    add = message.get("add") or []
    message["remove"] = [each for each in message.get("remove") or [] if each not in add]
    if not add and not message["remove"]:
        message["add"] = ["messaging"]
    if not message.get("site") and "meetings_enterprise" in add:
        message["add"] = ["messaging"]
    if "meetings_enterprise" not in message.get("add", ()):
        message.pop("site", None)


def _convert_trial(message: Json) -> None:
    if message.get("order"):
        message.pop("order_number", None)
    else:
        message.pop("order", None)
        message.setdefault("order_number", "SO-300001")
        message["order_number"] = message["order_number"] or "SO-300001"


def _request_option(message: Json) -> None:
    """The details of its kind, and no others."""
    given = [kind for kind in DETAILED if message.get(kind)]
    if message["kind"] in DETAILED and message["kind"] not in given:
        message["kind"] = given[0] if given else "other"
    for kind in DETAILED:
        if kind != message["kind"]:
            message.pop(kind, None)
    if message["kind"] == "other":
        message["text"] = message.get("text") or "more"


def _open_case(message: Json) -> None:
    if message["channel"] in {"widget", "portal"}:
        message["organization_id"] = message.get("organization_id") or "700100200"


def _onboard_customer(message: Json) -> None:
    """Of the catalogue; the schema does not tell what is in it."""
    message["name"] = message["name"].replace("%", "")
    message["packages"] = message.get("packages") or {"webex_calling": 10, "webex_meetings": 5}
    if message.get("organization_package") not in message["packages"]:
        message["organization_package"] = next(iter(message["packages"]))


def _report_package(message: Json) -> None:
    if message.get("outcome") == "failed":
        message["detail"] = message.get("detail") or "no seat is left"


def _wholesale_user(user: Json) -> None:
    user["package"] = user.get("package") or "webex_calling"


def _change_quantities(message: Json) -> None:
    message["packages"] = message.get("packages") or {"webex_suite": 3}
    message["remove"] = [each for each in message.get("remove") or [] if each not in message["packages"]]


def _compliance_policy(policy: Json) -> None:
    """One after the other; at least one announcement."""
    policy["contacts"] = ["P0D", "P3D", "P7D"]
    policy["last_call"] = policy.get("last_call") or ["P7D", "P1D"]


def _target(target: Json) -> None:
    target["warn_after"] = "PT10M"


def _cadence(cadence: Json) -> None:
    cadence["warn_before"] = "PT0S"


RULES: Final[Mapping[str, Callable[[Json], None]]] = {
    "PlaceOrder": _place_order,
    "ProvisioningForm": _provisioning_form,
    "GraduationForm": _graduation_form,
    "StartTrial": _start_trial,
    "EditServices": _edit_services,
    "ConvertTrial": _convert_trial,
    "RequestOption": _request_option,
    "OpenCase": _open_case,
    "OnboardCustomer": _onboard_customer,
    "ReportPackage": _report_package,
    "WholesaleUser": _wholesale_user,
    "ChangeQuantities": _change_quantities,
    "CompliancePolicy": _compliance_policy,
    "Target": _target,
    "Cadence": _cadence,
}
"""By the title of the schema."""
