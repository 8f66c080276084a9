"""What every number, column and status of the hub means: one row each, with its rules and its formula. Pure.

Pages say the same in four languages, by key; a test holds both lists together. What an installation may configure
stands in the formulas by the name of its term: `{window}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.hub.policy import HubPolicy


def terms(policy: HubPolicy) -> Mapping[str, int]:
    """What the formulas name: days, per cent, and how many make peers."""
    return {
        "window": policy.window.days,
        "soon": policy.expiring_within.days,
        "inactive": policy.inactive_after.days,
        "percentile": policy.low_percentile,
        "peers": policy.low_peers,
        "without": policy.low_without_peers,
        "falling": policy.falling_by,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Of one thing that the hub shows."""

    key: str
    """As in `Number.key`; `column.…` and `status.…` of the others."""

    rules: tuple[str, ...]
    formula: str
    """In plain English, with its terms by name."""

    def said(self, policy: HubPolicy) -> str:
        """The formula, as it is with these terms."""
        return self.formula.format_map(terms(policy))


def _rows(*rows: tuple[str, str, str]) -> dict[str, Definition]:
    return {key: Definition(key=key, rules=tuple(rules.split()), formula=formula) for key, rules, formula in rows}


TOP: Final = _rows(
    (
        "total_customers",
        "HUB-53 HUB-50",
        "Customers of the partner organization that have Webex Meetings or Webex Calling, also where it is suspended or"
        " in its grace period. Customers with neither are in no KPI.",
    ),
    (
        "nearing_expiration",
        "HUB-53 HUB-50 AMB-23",
        "Customers with a Meetings or Calling subscription that is not set to renew, or such a trial, whose last day is"
        " 0 to {window} days away.",
    ),
    (
        "nearing_renewal",
        "HUB-53 HUB-50 AMB-23",
        "Customers with a Meetings or Calling subscription that is set to renew by itself and whose renewal date is"
        " 0 to {window} days away.",
    ),
    (
        "low_licence_assignment",
        "HUB-53 HUB-50 AMB-22",
        "Customers whose assigned ÷ total licences, of Meetings or of Calling, lie below percentile {percentile} of the"
        " partner's customers of the same product; where these are fewer than {peers}, below {without} %.",
    ),
    (
        "over_licence_limit",
        "HUB-53 HUB-50 AMB-19",
        "Customers with a Meetings or Calling subscription or trial of which more licences are assigned than were"
        " purchased.",
    ),
)
"""The first row: Meetings and Calling together."""

TREND: Final = _rows(
    ("trend_total", "HUB-54", "Σ licences purchased of running subscriptions and trials, by week."),
    ("trend_assigned", "HUB-54", "Σ licences assigned, by week."),
    ("trend_used", "HUB-54", "Σ licences used: by people who joined a meeting or made a call in that week."),
)

SECTIONS: Final = _rows(
    ("new_customers", "HUB-51", "Customers with a subscription or trial that was added 0 to {window} days ago."),
    (
        "new_customers_licences",
        "HUB-51",
        "Σ licences over all subscriptions and trials of those customers, the older ones too.",
    ),
    (
        "expiring_customers",
        "HUB-51 AMB-23",
        "Customers with a subscription that is not set to renew, or with a trial, whose last day is 0 to {window} days"
        " away.",
    ),
    ("expiring_assignment", "HUB-51", "Σ assigned ÷ Σ total licences over all expiring subscriptions and trials."),
    (
        "expiring_usage",
        "HUB-51",
        "Σ used in the last 7 days ÷ Σ total licences over all expiring subscriptions and trials.",
    ),
    (
        "renewing_customers",
        "HUB-51 AMB-23",
        "Customers with a subscription that is set to renew by itself, 0 to {window} days from now.",
    ),
    ("renewing_assignment", "HUB-51", "Σ assigned ÷ Σ total licences over the subscriptions that renew."),
    (
        "renewing_usage",
        "HUB-51",
        "Σ used in the last 7 days ÷ Σ total licences over the subscriptions that renew.",
    ),
    (
        "low_customers",
        "HUB-51 AMB-22",
        "Customers whose assigned ÷ total licences lie below percentile {percentile} of the partner's customers of this"
        " product; where these are fewer than {peers}, below {without} %.",
    ),
    (
        "low_assignment_share",
        "HUB-51 AMB-22",
        "Σ assigned ÷ Σ total licences over the subscriptions and trials of those customers that are below that limit"
        " themselves.",
    ),
    (
        "low_usage_of_assigned",
        "AMB-25",
        "Σ licences both assigned and in use ÷ Σ total licences over the same subscriptions and trials.",
    ),
    (
        "low_usage_among_assigned",
        "AMB-25",
        "Σ licences both assigned and in use ÷ Σ assigned licences over the same subscriptions and trials.",
    ),
    (
        "low_unassigned",
        "HUB-51",
        "Σ (total − assigned) licences over the same subscriptions and trials, each at least 0.",
    ),
    (
        "over_customers",
        "HUB-51 AMB-19",
        "Customers with a subscription or trial of which more licences are assigned than were purchased.",
    ),
    ("over_licences", "HUB-51 AMB-19", "Σ (assigned − total) licences over those subscriptions and trials."),
    ("over_average", "AMB-26", "Total overage licences ÷ customers with overage."),
)
"""Of the product that was chosen. Only what runs counts: nothing suspended, in grace or over."""

CALLING: Final = _rows(
    ("calls_per_user", "HUB-60 HUB-52", "Σ calls ÷ Σ users with a Calling licence, in one week."),
    ("calling_users", "HUB-60", "Σ users who made a call ÷ Σ users with a Calling licence, in one week."),
    ("minutes_per_user", "HUB-60", "Σ minutes of calls ÷ Σ users with a Calling licence, in one week."),
    (
        "falling",
        "HUB-60",
        "Σ of the last 4 weeks ÷ Σ of their users lies {falling} % or more below the same of the 4 weeks before; weeks"
        " of which nothing is known are left out.",
    ),
    ("low_quality_share", "HUB-60", "Σ calls of low quality ÷ Σ calls, in one week."),
    ("low_quality_change", "HUB-60", "That share in the last week − that share in the week before."),
    (
        "calls_by_feature",
        "HUB-60",
        "Σ calls with the feature in the last week, of customers that have call queues; its share: ÷ Σ their calls.",
    ),
    (
        "avg_answer_time",
        "HUB-60",
        "Σ seconds waited ÷ Σ calls, of calls that an agent answered or that were put in another queue.",
    ),
    (
        "avg_wait_before_abandonment",
        "HUB-60",
        "Σ seconds waited ÷ Σ calls, of calls whose caller hung up or left a message before.",
    ),
    (
        "avg_abandoned_rate",
        "HUB-60",
        "Σ calls whose caller hung up or left a message ÷ Σ (those + calls answered or put in another queue).",
    ),
)
"""Of customers that bought Webex Calling; calls on Webex are left out."""

COLUMNS: Final = _rows(
    ("column.customer", "HUB-51", "The organization's name."),
    ("column.subscription", "HUB-51", "The subscription's id; of a trial: Enterprise Trial."),
    ("column.days_since_added", "HUB-51", "Calendar days in the customer's zone; 0: today."),
    ("column.days_to_expiry", "HUB-51", "Calendar days in the customer's zone until the last day; 0: today."),
    ("column.days_to_renewal", "HUB-51", "Calendar days in the customer's zone until the renewal date; 0: today."),
    ("column.months_since_added", "HUB-51", "Whole months since the day it was added."),
    ("column.months_to_expiry", "HUB-51", "Whole months until the last day; 0: less than one."),
    ("column.auto_renew", "HUB-51", "Is it set to renew by itself before it expires?"),
    ("column.total_licences", "AMB-19", "Licences that are entitled now."),
    ("column.assigned_licences", "HUB-51", "Licences assigned to users, and assigned ÷ total."),
    (
        "column.used_licences",
        "AMB-27",
        "Licences used in the last 7 days (the highest of their days), and used ÷ total.",
    ),
    ("column.used_assigned_available", "HUB-51", "Used, assigned, and available: total − assigned, at least 0."),
    ("column.weekly_assignment_change", "HUB-51", "Assigned now − assigned a week ago."),
    ("column.weekly_usage_change", "HUB-51", "Used in the last 7 days − used in the 7 days before."),
    (
        "column.usage_past_3_months",
        "HUB-51",
        "The most licences used in one of the last 13 weeks; the line has each week.",
    ),
)

STATUSES: Final = _rows(
    ("status.suspended", "HUB-16 AMB-42", "A subscription is suspended, for each of the reasons shown."),
    (
        "status.expired",
        "HUB-17 AMB-21",
        "Had a subscription or trial; none is active now. A suspended subscription is not, nor is a trial in grace.",
    ),
    (
        "status.expiring_soon",
        "HUB-12 AMB-18 AMB-23",
        "A subscription that is not set to renew, or a trial, has its last day in 0 to {soon} days.",
    ),
    ("status.over_licence", "HUB-13 AMB-19", "A subscription uses more licences than were purchased."),
    ("status.ready_for_setup", "HUB-15", "Something ordered is not completely set up."),
    (
        "status.no_recent_activity",
        "HUB-14 AMB-20",
        "No administrator of the organization has signed in to Control Hub for {inactive} days (UTC) or more; where"
        " nobody ever did, the customer has been known for as long. Of nobody, while no sign-in was ever imported.",
    ),
    ("status.subscription", "HUB-11", "Has an active subscription."),
    ("status.trial", "HUB-10", "Has a running trial."),
)

DEFINITIONS: Final = TOP | TREND | SECTIONS | CALLING | COLUMNS | STATUSES
"""By key."""
