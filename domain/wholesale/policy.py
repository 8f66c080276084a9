"""The terms a wholesale customer is onboarded under. domain.md §7. They travel in its input."""

from datetime import timedelta

from domain.compliance.policy import CompliancePolicy
from domain.policy import SomeTime
from domain.values import Model


class WholesalePolicy(Model):
    """Every duration of one customer."""

    provisioned_within: SomeTime | None = timedelta(days=1)
    """From creation, or from a change: every package is expected to be reported by then; late, it is an alert and never
    a failure. None: nobody expects a time."""

    compliance: CompliancePolicy = CompliancePolicy()
    """Of each of its checks."""
