"""Who reads a mail, what a step is called for people, and by which rule it happens: written down a second time."""

from collections.abc import Mapping
from itertools import product

import pytest

from domain.case.standing import NAME as CASE
from domain.compliance.standing import NAME as COMPLIANCE
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, mail_kinds
from domain.mails import HelpDesk, Role
from domain.option.state import NAME as OPTION
from domain.trial.states import TrialStage
from domain.wholesale.state import NAME as WHOLESALE
from tests import compliance_rules, wholesale_rules

READERS: Mapping[str, str | None] = {
    "terms_wanted": Role.FACING_PARTNER,
    "hold_overdue": Role.ORDERING_PARTNER,
    "order_rejected": Role.ORDERING_PARTNER,
    "confirmation": Role.ORDERING_PARTNER,
    "provisioning_copy": Role.FORM_PARTNER,
    "renewal_late": Role.FACING_PARTNER,
    "build_late": Role.FACING_PARTNER,
    "welcome": Role.SITE_ADMINISTRATOR,
    "graduation_reminder": Role.FACING_PARTNER,
    "graduation_copy": Role.GRADUATION_COPY,
    "renewal_notice": Role.RENEWAL_CONTACT,
    "renewal_not_ordered": Role.FACING_PARTNER,
    "subscription_suspended": Role.FACING_PARTNER,
    "trial_welcome": None,
    "trial_consent": None,
    "trial_started": None,
    "trial_expiring": None,
    "trial_expired": None,
    "trial_expiring_partner": None,
    "trial_expired_partner": None,
    "trial_last_call": None,
    "trial_access_ended": None,
    "trial_consent_lapsed": None,
    "trial_setup": Role.PROVISIONING_CONTACT,
    "device_eula": None,
    "device_return": None,
    "device_overdue": None,
    "rma_lookup": Role.TRIALS_TEAM,
    **dict.fromkeys(("option_acknowledged", "option_answered", "option_completed", "option_rejected"), "requester"),
    **dict.fromkeys(
        (
            "case_acknowledged",
            "case_identifier_wanted",
            "case_field_explained",
            "case_question",
            "case_update",
            "case_resolved",
        ),
        "partner_contact",
    ),
    "sla_warning": None,
    "sla_breach": "duty_manager",
    "sla_started_late": None,
    "status_wanted": None,
    "wholesale_deprovisioned": "partner",
    **compliance_rules.READERS,
}
"""None: several, and the posting says who. domain.md §9.1."""

USE = {"welcome", "trial_welcome", "trial_started", "trial_setup"}
"""Mails to people who begin to use the service: they may ask at any hour. ORD-35."""

SUPPORT = {mail for mail in READERS if mail.startswith(("case_", "sla_"))} | {"status_wanted"}
"""Mails about a support case. M-30, M-31."""

DEADLINES: Mapping[Lifecycle, Mapping[str, str]] = {
    Lifecycle.ORDER: {
        "hold_overdue": "ORD-03, AMB-1",
        "renewal_target": "REN-07",
        "build_late": "ORD-18, ORD-19",
        "password_link_void": "ORD-22",
        "graduation_reminder": "ORD-27, ORD-28",
        "graduation_due": "ORD-27, AMB-45",
    },
    Lifecycle.SUBSCRIPTION: {
        "renewal_notice": "ORD-31, REN-07",
        "renewal_target": "REN-07",
        "renewal_date": "REN-08",
    },
    Lifecycle.TRIAL: {
        "consent_lapses": "TRL-25, TRL-31",
        "expiring": "TRL-71, TRL-73",
        "expires_today": "TRL-71, TRL-73, AMB-47",
        "expired": "TRL-72 to TRL-76",
        "last_call": "TRL-78",
        "grace_ends": "TRL-76, TRL-77",
        "numbers_released": "TRL-79, TRL-80",
    },
    Lifecycle.DEVICE: dict.fromkeys(("device_expires", "device_reminder", "device_return_due"), "TRL-90"),
    OPTION: {"option_expected": "AMB-5"},
    CASE: {
        "first_response_warn": "SUP-20, AMB-34",
        "first_response_breach": "SUP-20, AMB-34",
        "identification_warn": "SUP-20, AMB-34",
        "identification_breach": "SUP-20, AMB-34",
        "status_warn": "SUP-21, AMB-37",
        "status_due": "SUP-21, AMB-37",
        "goal_missed": "SUP-21",
    },
    WHOLESALE: wholesale_rules.DEADLINES,
    COMPLIANCE: compliance_rules.DEADLINES,
}

EVENTS: Mapping[Lifecycle, Mapping[str, str]] = {
    Lifecycle.ORDER: {
        "order.held": "ORD-02, REN-04",
        "order.terms_accepted": "ORD-11",
        "order.compliance_cleared": "ORD-03",
        "order.compliance_refused": "ORD-03",
        "order.shipped": "ORD-04, ORD-11",
        "order.cancelled": "AMB-41",
        "order.form_submitted": "ORD-15",
        "order.site_built": "ORD-20, ORD-21",
        "order.renewed": "REN-09",
        "order.graduated": "ORD-27",
    },
    Lifecycle.SUBSCRIPTION: {
        "subscription.activated": "ORD-21",
        "subscription.suspended": "REN-08, HUB-16, AMB-42",
        "subscription.reason_added": "AMB-42",
        "subscription.reason_lifted": "AMB-42",
        "subscription.suspension_lifted": "REN-08, AMB-42",
        "subscription.language_added": "OPT-02",
        "subscription.site_split": "OPT-02, ORD-33",
    },
    Lifecycle.TRIAL: {
        "trial.provisioning_started": "TRL-16",
        "trial.consent_requested": "TRL-23",
        "trial.consent_resent": "TRL-30, AMB-9",
        "trial.consent_given": "TRL-25 to TRL-29",
        "trial.consent_declined": "AMB-10",
        "trial.consent_lapsed": "TRL-31",
        "trial.withdrawn": "TRL-30, AMB-8",
        "trial.details_given": "TRL-29",
        "trial.services_built": "TRL-17",
        "trial.activated": "TRL-17, TRL-43",
        "trial.extended": "TRL-50",
        "trial.services_edited": "TRL-51",
        "trial.expired": "TRL-72, TRL-76",
        "trial.converted": "TRL-60, TRL-66",
        "trial.cancelled": "TRL-52, AMB-12",
        "trial.grace_ended": "TRL-77, TRL-78",
        "trial.numbers_retained": "TRL-79",
        "trial.numbers_released": "TRL-80",
        "trial.numbers_spared": "AMB-48",
    },
    Lifecycle.DEVICE: {
        "device.shipped": "TRL-15",
        "device.delivered": "TRL-15",
        "device.expired": "TRL-67, TRL-90",
        "device.return_overdue": "TRL-90",
        "device.handed_over": "TRL-91, TRL-93",
        "device.received": "TRL-94",
        "device.received_other": "TRL-94",
    },
    OPTION: {
        "option.requested": "OPT-01",
        "option.begun": "OPT-02",
        "option.answered": "OPT-03",
        "option.completed": "OPT-02",
        "option.rejected": "OPT-02",
        "option.cancelled": "OPT-02",
    },
    CASE: {
        "case.received": "SUP-07, M-30",
        "case.information_required": "SUP-14, AMB-33",
        "case.account_named": "SUP-13",
        "case.taken_up": "SUP-13",
        "case.responded": "SUP-20",
        "case.identified": "SUP-20",
        "case.partner_asked": "SUP-21",
        "case.partner_answered": "SUP-21",
        "case.status_posted": "SUP-21, M-31",
        "case.resolved": "SUP-21",
        "case.reopened": "SUP-21, AMB-37",
    },
    WHOLESALE: wholesale_rules.EVENTS,
    COMPLIANCE: compliance_rules.EVENTS,
}

LOSSES = {
    "users_moved": "TRL-77",
    "licences_removed": "TRL-78",
    "roles_removed": "TRL-78",
    "site_url_released": "TRL-78",
    "calling_configuration_removed": "TRL-78",
    "numbers_released": "TRL-80",
}

ASKED: Mapping[Lifecycle, Mapping[str, str]] = {
    Lifecycle.ORDER: {
        "order.terms_accepted": "accept terms",
        "order.compliance_cleared": "clear compliance",
        "order.compliance_refused": "refuse compliance",
        "order.cancelled": "cancel",
        "order.form_submitted": "submit the provisioning form",
        "order.site_built": "report the site built",
        "order.renewed": "report the renewal done",
        "order.graduated": "graduate",
    },
    Lifecycle.SUBSCRIPTION: {
        "subscription.suspended": "suspend",
        "subscription.reason_added": "suspend",
        "subscription.reason_lifted": "lift the suspension",
        "subscription.suspension_lifted": "lift the suspension",
        "subscription.terminated": "terminate",
    },
    Lifecycle.TRIAL: {
        "trial.consent_given": "accept the trial",
        "trial.consent_declined": "decline the trial",
        "trial.consent_resent": "resend the consent mail",
        "trial.withdrawn": "withdraw the trial",
        "trial.details_given": "give provisioning details",
        "trial.services_built": "report services built",
        "trial.extended": "extend the trial",
        "trial.services_edited": "edit the trial's services",
        "trial.converted": "convert the trial",
        "trial.cancelled": "cancel the trial",
    },
    Lifecycle.DEVICE: {
        "device.delivered": "report the device delivered",
        "device.handed_over": "hand the device over",
        "device.received": "report the device received",
    },
    OPTION: {
        "option.begun": "begin the work",
        "option.completed": "complete the work",
        "option.rejected": "reject the request",
        "option.cancelled": "cancel the request",
    },
    CASE: {
        "case.responded": "respond",
        "case.identified": "report the problem identified",
        "case.partner_asked": "ask the partner",
        "case.partner_answered": "take an answer of the partner",
        "case.status_posted": "post a status",
        "case.resolved": "resolve the case",
        "case.reopened": "reopen the case",
        "case.closed": "close the case",
    },
    WHOLESALE: wholesale_rules.ASKED,
    COMPLIANCE: compliance_rules.ASKED,
}

CLOSED: Mapping[Lifecycle, set[str]] = {
    Lifecycle.ORDER: {"completed", "rejected", "cancelled"},
    Lifecycle.SUBSCRIPTION: {"terminated"},
    Lifecycle.TRIAL: {"converted", "lapsed", "lapsed.numbers_released", "cancelled"},
    Lifecycle.DEVICE: {"matched"},
    OPTION: {"completed", "rejected", "cancelled"},
    CASE: {"closed"},
    WHOLESALE: wholesale_rules.CLOSED,
    COMPLIANCE: compliance_rules.CLOSED,
}
"""Stages in which nobody has anything to do."""

SHIPPED = ", and a shipped order can no longer be cancelled (AMB-41: shipping is the point of no return)"
LOST = ", and what it lost at the end of grace cannot be restored (TRL-78)"
NOBODY = ", nobody's consent is awaited"
BEGUN = "; work has begun, and it can be completed or rejected"

HINTS: Mapping[Lifecycle, Mapping[tuple[str, str], str]] = {
    Lifecycle.ORDER: dict.fromkeys(
        product(
            ("pending.awaiting_provisioning_details", "in_progress.provisioning", "in_progress.service_ready"),
            ("order.cancelled",),
        ),
        SHIPPED,
    ),
    Lifecycle.SUBSCRIPTION: {},
    Lifecycle.TRIAL: dict.fromkeys(
        product(("lapsed", "lapsed.numbers_retained", "lapsed.numbers_released"), ("trial.converted",)), LOST
    )
    | dict.fromkeys(product(map(str, TrialStage), ("trial.consent_resent",)), NOBODY),
    Lifecycle.DEVICE: {},
    OPTION: {("in_progress", "option.cancelled"): BEGUN},
    CASE: {},
    WHOLESALE: {},
    COMPLIANCE: compliance_rules.HINTS,
}
"""What a refusal adds, by stage and by what was asked for."""


def test_every_mail_goes_to_its_reader_and_to_nobody_else() -> None:
    assert {str(kind): kind.reader for kind in mail_kinds()} == READERS


def test_every_mail_names_the_desk_that_can_help() -> None:
    technical = USE | SUPPORT
    assert {str(kind) for kind in mail_kinds() if kind.desk is HelpDesk.TECHNICAL} == technical
    assert {str(kind) for kind in mail_kinds() if kind.desk is HelpDesk.ORDERS} == {*READERS} - technical


@pytest.mark.parametrize("lifecycle", KINDS)
def test_every_deadline_and_step_has_its_rule(lifecycle: Lifecycle) -> None:
    rules = KINDS[lifecycle].rules
    assert rules.deadlines == DEADLINES[lifecycle]
    assert rules.events == EVENTS[lifecycle]
    losses = {Lifecycle.TRIAL: LOSSES, WHOLESALE: wholesale_rules.LOSSES}
    assert rules.losses == losses.get(lifecycle, {})


@pytest.mark.parametrize("lifecycle", KINDS)
def test_a_refusal_says_in_these_words_what_was_asked_for(lifecycle: Lifecycle) -> None:
    table = KINDS[lifecycle].state.table
    what = {OPTION: "request", WHOLESALE: wholesale_rules.WHAT, COMPLIANCE: compliance_rules.WHAT}.get(
        lifecycle, lifecycle
    )
    assert (table.what, table.asked) == (what, ASKED[lifecycle])
    assert table.hints == HINTS[lifecycle]


@pytest.mark.parametrize("lifecycle", KINDS)
def test_in_these_stages_it_is_closed(lifecycle: Lifecycle) -> None:
    assert KINDS[lifecycle].state.table.closed == CLOSED[lifecycle]
