"""Every message by name: what starts a lifecycle, what it is told, what it answers. Models only, no Temporal."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from domain.desk import ExtendDueDate, Hold, PutNote, Resume, RetryMail, SettleMail, SkipReminder
from domain.desk_examples import DESK_EXAMPLES, desk_examples
from domain.device.examples import EXAMPLES as DEVICE_EXAMPLES
from domain.device.messages import AskForReturnPapers, HandOver, ReportDelivered, ReportReceived, StartDeviceLoan
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
from domain.trial.examples import EXAMPLES as TRIAL_EXAMPLES
from domain.trial.messages import (
    AcceptTrial,
    CancelTrial,
    ConvertTrial,
    DeclineTrial,
    EditServices,
    ExtendTrial,
    GiveDetails,
    ReportServicesBuilt,
    ResendConsent,
    StartTrial,
    WithdrawTrial,
)
from domain.values import Message
from domain.view import LifeView
from starter import answers, tool_answers

STARTS: Final[Mapping[Lifecycle, type[Message]]] = {
    Lifecycle.ORDER: PlaceOrder,
    Lifecycle.SUBSCRIPTION: StartSubscription,
    Lifecycle.TRIAL: StartTrial,
    Lifecycle.DEVICE: StartDeviceLoan,
}

DESK: Final[Mapping[str, type[Message]]] = {
    "settle_mail": SettleMail,
    "retry_mail": RetryMail,
    "hold": Hold,
    "resume": Resume,
    "extend_due_date": ExtendDueDate,
    "skip_reminder": SkipReminder,
    "put_note": PutNote,
}
"""What operators may do at every gate, whatever the lifecycle."""

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
        **DESK,
    },
    Lifecycle.SUBSCRIPTION: {
        "confirm_renewal": ConfirmRenewal,
        "terminate": TerminateSubscription,
        **DESK,
    },
    Lifecycle.TRIAL: {
        "accept": AcceptTrial,
        "decline": DeclineTrial,
        "resend": ResendConsent,
        "withdraw": WithdrawTrial,
        "give_details": GiveDetails,
        "report_services_built": ReportServicesBuilt,
        "extend": ExtendTrial,
        "edit_services": EditServices,
        "cancel": CancelTrial,
        "convert": ConvertTrial,
        **DESK,
    },
    Lifecycle.DEVICE: {
        "report_delivered": ReportDelivered,
        "hand_over": HandOver,
        "report_received": ReportReceived,
        "ask_for_papers": AskForReturnPapers,
        **DESK,
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
    "retry_mail": "retry-mail {id} --mail {refused} --reason …",
    "hold": "hold {id} --reason …",
    "resume": "resume {id}",
    "extend_due_date": "extend-due-date {id} --deadline … --at … --reason …",
    "skip_reminder": "skip-reminder {id} --deadline … --reason …",
    "put_note": "note {id} --text …",
    "confirm_renewal": "confirm-renewal {id} --order-number {order}",
    "terminate": "terminate {id} --reason …",
    "accept": "accept {id} --full-administrator",
    "decline": "decline {id}",
    "resend": "resend {id}",
    "withdraw": "withdraw {id}",
    "give_details": "give-details {id}",
    "report_services_built": "services-built {id} --service …",
    "extend": "extend {id} --days …",
    "edit_services": "edit {id} --add … --remove …",
    "trial.cancel": "cancel {id} --reason … --confirm",
    "convert": "convert {id} --order FILE --tier 1 --service … --provisioning-contact FILE",
    "report_delivered": "return-device {id} --delivered",
    "hand_over": "return-device {id} --handed-over",
    "report_received": "return-device {id} --received SERIAL",
    "ask_for_papers": "return-device {id} --ask-papers ORG_ID",
}
"""The command that sends each update, with what it needs; by lifecycle too where that makes a difference."""

ANSWERS: Final[Mapping[str, type[BaseModel]]] = {
    "plan": answers.PlanAnswer,
    "start": answers.StartAnswer,
    "import_line": answers.ImportLine,
    "import": answers.ImportAnswer,
    "update": answers.UpdateAnswer,
    "show": answers.ShowAnswer,
    "list": answers.ListAnswer,
    "trial_plan": answers.TrialPlanAnswer,
    "trial_list": answers.TrialListAnswer,
    "device_list": answers.DeviceListAnswer,
    "forward": tool_answers.ForwardAnswer,
    "forecast": tool_answers.ForecastEntry,
    "history": tool_answers.HistoryAnswer,
    "replay": tool_answers.ReplayAnswer,
    "audit": tool_answers.AuditAnswer,
    "desk": tool_answers.DeskAnswer,
    "schema": tool_answers.SchemaAnswer,
    "error": answers.ErrorAnswer,
}
"""What commands answer with --json; of a list its items."""

EXAMPLES: Final[Mapping[Lifecycle, Mapping[str, Message]]] = {
    Lifecycle.ORDER: DESK_EXAMPLES | desk_examples(Lifecycle.ORDER) | ORDER_EXAMPLES,
    Lifecycle.SUBSCRIPTION: DESK_EXAMPLES | desk_examples(Lifecycle.SUBSCRIPTION) | SUBSCRIPTION_EXAMPLES,
    Lifecycle.TRIAL: DESK_EXAMPLES | desk_examples(Lifecycle.TRIAL) | TRIAL_EXAMPLES,
    Lifecycle.DEVICE: DESK_EXAMPLES | desk_examples(Lifecycle.DEVICE) | DEVICE_EXAMPLES,
}


def command_of(lifecycle: str, update: str) -> str:
    """The command that sends it, after `tenure`. Devices go back by commands of the trial that lent them."""
    group = Lifecycle.TRIAL if lifecycle == Lifecycle.DEVICE and update not in DESK else lifecycle
    return f"{group} {COMMANDS.get(f'{lifecycle}.{update}') or COMMANDS[update]}"


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
