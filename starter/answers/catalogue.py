"""Every message by name: what starts a lifecycle, what it is told, what it answers. Models only, no Temporal."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from domain.account.account import RegisterAccount
from domain.hub.imports_calls import CallingRow
from domain.hub.imports_rows import PaymentRow, SignInRow, UsageRow
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, examples_of, updates_of
from domain.values import Message
from domain.view import LifecycleView
from domain.wholesale.messages import WholesaleUser
from starter.answers import accounts as account_answers
from starter.answers import batch as batch_answers
from starter.answers import hub as hub_answers
from starter.answers import hub_imports as hub_import_answers
from starter.answers import hub_kpi as kpi_answers
from starter.answers import intake as intake_answers
from starter.answers import lifecycle as answers
from starter.answers import lists as list_answers
from starter.answers import recompute as recompute_answers
from starter.answers import screening as screening_answers
from starter.answers import tools as tool_answers
from starter.answers import users as user_answers
from starter.answers import wholesale as wholesale_answers

ANSWERS: Final[Mapping[str, type[BaseModel]]] = {
    "plan": answers.PlanAnswer,
    "start_plan": answers.StartPlanAnswer,
    "start": answers.StartAnswer,
    "import_line": answers.ImportLine,
    "import": answers.ImportAnswer,
    "update": answers.UpdateAnswer,
    "show": answers.ShowAnswer,
    "trial_plan": answers.TrialPlanAnswer,
    "mail_list": list_answers.MailListAnswer,
    "forward": tool_answers.ForwardAnswer,
    "forecast": tool_answers.ForecastEntry,
    "history": tool_answers.HistoryAnswer,
    "replay": tool_answers.ReplayAnswer,
    "recompute": recompute_answers.RecomputeAnswer,
    "batch_line": batch_answers.BatchLine,
    "batch": batch_answers.BatchAnswer,
    "audit": tool_answers.AuditAnswer,
    "desk": tool_answers.DeskAnswer,
    "schema": tool_answers.SchemaAnswer,
    "migrate": tool_answers.MigrateAnswer,
    "account_import_line": account_answers.AccountImportLine,
    "account_import": account_answers.AccountImportAnswer,
    "account_show": account_answers.AccountShowAnswer,
    "account_list": account_answers.AccountListAnswer,
    "account_class": account_answers.AccountClassAnswer,
    "account_regions": account_answers.RegionClassAnswer,
    "doctor": account_answers.DoctorAnswer,
    "reply": intake_answers.ReplyAnswer,
    "reply_plan": intake_answers.ReplyPlanAnswer,
    "screening_import_line": screening_answers.ScreeningImportLine,
    "screening_import": screening_answers.ScreeningImportAnswer,
    "screening_lists": screening_answers.ScreeningListsAnswer,
    "screening_try": screening_answers.ScreeningTryAnswer,
    "rescreen": screening_answers.RescreenAnswer,
    "precheck": wholesale_answers.PrecheckAnswer,
    "wholesale_users_line": wholesale_answers.WholesaleUserLine,
    "wholesale_users": wholesale_answers.WholesaleUsersAnswer,
    "wholesale_user_list": wholesale_answers.WholesaleUserListAnswer,
    "certificate": wholesale_answers.CertificateAnswer,
    "hub_import_line": hub_import_answers.HubImportLine,
    "payment_effect": hub_import_answers.PaymentEffectLine,
    "hub_import": hub_import_answers.HubImportAnswer,
    "user_change": user_answers.UserChangeAnswer,
    "user_list": user_answers.UserListAnswer,
    "user_show": user_answers.UserShowAnswer,
    "sign_in": user_answers.SignInAnswer,
    "hub_rebuild": hub_answers.HubRebuildAnswer,
    "hub_customers": hub_answers.HubCustomersAnswer,
    "hub_customer": hub_answers.HubCustomerAnswer,
    "hub_usage": hub_answers.HubUsageAnswer,
    "hub_weeks": hub_answers.HubWeeksAnswer,
    "hub_definitions": hub_answers.HubDefinitionsAnswer,
    "hub_tags": hub_answers.HubTagsAnswer,
    "hub_kpi": kpi_answers.HubKpiAnswer,
    "hub_calling": kpi_answers.HubCallingAnswer,
    "error": answers.ErrorAnswer,
}
"""What commands answer with --json, of a list its items; lists of lifecycles have theirs from the table."""


def group_of(lifecycle: str) -> str:
    """The group of a lifecycle's commands: `support-case`."""
    return lifecycle.replace("_", "-")


def command_of(lifecycle: str, update: str) -> str:
    """The command that sends an update, after `tenure`: `order clear`."""
    found = updates_of(KINDS[Lifecycle(lifecycle)])[update]
    return f"{group_of(lifecycle)} {found.command or update.replace('_', '-')}"


def models() -> dict[str, type[BaseModel]]:
    """Every model by the name `tenure schema` knows: `order.start`, `order.cancel`, `state`, `answer.show`, …"""
    found: dict[str, type[BaseModel]] = {f"{name}.start": kind.start for name, kind in KINDS.items()}
    for name, kind in KINDS.items():
        found |= {f"{name}.{update}": known.message for update, known in updates_of(kind).items()}
    found |= {"state": LifecycleView, "account.import": RegisterAccount, "wholesale.user": WholesaleUser}
    found |= {"usage.row": UsageRow, "signins.row": SignInRow, "payments.row": PaymentRow, "calling.row": CallingRow}
    found |= {f"answer.{list_name(kind.name)}": list_answers.list_answer(kind) for kind in KINDS.values()}
    return found | {f"answer.{name}": model for name, model in ANSWERS.items()}


def list_name(lifecycle: str) -> str:
    """`trial_list`; an order's was the first."""
    return "list" if lifecycle == Lifecycle.ORDER else f"{lifecycle}_list"


def example(name: str) -> Message | None:
    """A valid message of that name, if there is one: `order.cancel`."""
    lifecycle, _, update = name.partition(".")
    kind = KINDS.get(Lifecycle(lifecycle))
    return examples_of(kind).get(update) if kind else None
