"""Every message by name: what starts a lifecycle, what it is told, what it answers. Models only, no Temporal."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from domain.desk import SettleMail
from domain.mails import Lifecycle
from domain.order.examples import EXAMPLES as ORDER_EXAMPLES
from domain.order.messages import (
    AcceptTerms,
    CancelOrder,
    ClearCompliance,
    CompleteTask,
    Graduate,
    PlaceOrder,
    RefuseCompliance,
    ReportSiteBuilt,
    SubmitForm,
)
from domain.subscription.examples import EXAMPLES as SUBSCRIPTION_EXAMPLES
from domain.subscription.messages import ConfirmRenewal, StartSubscription, TerminateSubscription
from domain.values import Message
from domain.view import LifeView
from starter import answers

STARTS: Final[Mapping[Lifecycle, type[Message]]] = {
    Lifecycle.ORDER: PlaceOrder,
    Lifecycle.SUBSCRIPTION: StartSubscription,
}

UPDATES: Final[Mapping[Lifecycle, Mapping[str, type[Message]]]] = {
    Lifecycle.ORDER: {
        "accept_terms": AcceptTerms,
        "clear_compliance": ClearCompliance,
        "refuse_compliance": RefuseCompliance,
        "cancel": CancelOrder,
        "submit_provisioning_form": SubmitForm,
        "report_site_built": ReportSiteBuilt,
        "graduate": Graduate,
        "complete_task": CompleteTask,
        "settle_mail": SettleMail,
    },
    Lifecycle.SUBSCRIPTION: {
        "confirm_renewal": ConfirmRenewal,
        "terminate": TerminateSubscription,
        "settle_mail": SettleMail,
    },
}
"""By the update's name in the workflow."""

COMMANDS: Final[Mapping[str, str]] = {
    "accept_terms": "accept-terms {id} --terms {terms}",
    "clear_compliance": "clear {id}",
    "refuse_compliance": "refuse {id} --reason …",
    "cancel": "cancel {id} --reason …",
    "submit_provisioning_form": "submit-form {id} --form FILE",
    "report_site_built": "site-built {id} --user-name … --password-url …",
    "graduate": "graduate {id} --form FILE",
    "complete_task": "complete-task {id} --task {task}",
    "settle_mail": "settle-mail {id} --mail {mail} --outcome sent|resend --reason …",
    "confirm_renewal": "confirm-renewal {id} --order-number {order}",
    "terminate": "terminate {id} --reason …",
}
"""The command that sends each update, with what it needs."""

ANSWERS: Final[Mapping[str, type[BaseModel]]] = {
    "plan": answers.PlanAnswer,
    "start": answers.StartAnswer,
    "import_line": answers.ImportLine,
    "import": answers.ImportAnswer,
    "update": answers.UpdateAnswer,
    "show": answers.ShowAnswer,
    "list": answers.ListAnswer,
    "forward": answers.ForwardAnswer,
    "error": answers.ErrorAnswer,
}
"""What commands answer with --json."""

EXAMPLES: Final[Mapping[Lifecycle, Mapping[str, Message]]] = {
    Lifecycle.ORDER: ORDER_EXAMPLES,
    Lifecycle.SUBSCRIPTION: SUBSCRIPTION_EXAMPLES,
}


def models() -> dict[str, type[BaseModel]]:
    """Every model by the name `tenure schema` knows: `order.start`, `order.cancel`, `state`, `answer.show`, …"""
    found: dict[str, type[BaseModel]] = {f"{lifecycle}.start": model for lifecycle, model in STARTS.items()}
    for lifecycle, updates in UPDATES.items():
        found |= {f"{lifecycle}.{name}": model for name, model in updates.items()}
    found["state"] = LifeView
    return found | {f"answer.{name}": model for name, model in ANSWERS.items()}


def example(name: str) -> Message | None:
    """A valid message of that name, if there is one: `order.cancel`."""
    lifecycle, _, update = name.partition(".")
    return EXAMPLES[Lifecycle(lifecycle)].get(update) if lifecycle in set(Lifecycle) else None
