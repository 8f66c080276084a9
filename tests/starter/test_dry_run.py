"""A dry run says what would happen, in the words of the rules, and touches nothing."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.order.mails import OrderMail
from domain.order.messages import Offering, PlaceOrder
from domain.subscription.policy import SubscriptionPolicy
from starter.answers.lifecycle import PlannedMail
from starter.forecast import dry_run
from starter.forecast.dry_run import planned_mails
from starter.intake.content import differing, digest
from tests.makers import MONDAY, a_partner, a_renewal, an_order
from tests.starter.conftest import Tenure

EXAMPLES = Path(__file__).parents[2] / "examples"


def mails(order: PlaceOrder) -> dict[str, str]:
    return {mail.kind: mail.to for mail in planned_mails(order)}


def test_a_new_order_without_terms(tenure: Tenure, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = tenure("order", "start", EXAMPLES / "order.json", "--dry-run", "--json")

    assert answered.code == 0
    assert answered.json["workflow_id"] == "order-SO-100001"
    assert answered.json["subscription_id"] == "sub-SO-100001"
    assert answered.json["required_terms"] == []
    foreseen = tuple(PlannedMail(**mail) for mail in answered.json["mails"])
    assert foreseen
    monkeypatch.setattr(dry_run, "planned_mails", lambda start: iter(foreseen))
    assert "Valid; nothing was touched." in tenure("order", "start", EXAMPLES / "order.json", "--dry-run").out


@pytest.mark.parametrize(
    ("offerings", "terms"),
    [
        ((Offering.NAMED_HOST,), ()),
        ((Offering.ACTIVE_HOST,), ()),
        ((Offering.PORT,), ("port",)),
        ((Offering.NAMED_HOST, Offering.AUDIO_COMMIT), ("audio",)),
        ((Offering.PORT, Offering.AUDIO_COMMIT), ("port", "audio")),
    ],
)
def test_terms_are_required_for_ports_and_committed_audio(
    offerings: tuple[Offering, ...], terms: tuple[str, ...]
) -> None:
    """ORD-08, ORD-09, ORD-12, ORD-13."""
    assert an_order("SO-1234", *offerings).required_terms == terms


def test_who_has_to_agree_to_terms_is_asked_and_every_mail_has_its_turn() -> None:
    """Every guide passes before somebody acts, so reminders and alerts are there too, each with its cause."""
    planned = {mail.kind: mail.when for mail in planned_mails(an_order("SO-1234", Offering.PORT))}

    assert planned["terms_wanted"] == "at once"
    assert planned["hold_overdue"] == "Compliance hold overdue: alert"
    assert planned["confirmation"] == "after accept_terms"
    assert planned["graduation_reminder"].startswith("Graduation reminder after 14 days; ")
    assert list(planned) == [
        "terms_wanted",
        "hold_overdue",
        "confirmation",
        "provisioning_copy",
        "build_late",
        "welcome",
        "graduation_reminder",
        "graduation_copy",
        "renewal_notice",
        "renewal_not_ordered",
        "subscription_suspended",
    ]


def test_each_mail_goes_to_whom_the_rules_name_and_the_welcome_to_no_partner() -> None:
    """ORD-06, ORD-07, ORD-17, ORD-23."""
    to = mails(an_order("SO-1234", reselling_partner=a_partner("minami")))

    assert to["confirmation"] == "partner hikari, who relays it to minami"
    assert to["hold_overdue"] == "partner hikari"
    assert to["graduation_reminder"] == "partner minami"
    assert "partner" not in to["welcome"]
    assert "terms_wanted" not in to


def test_a_renewal_sends_nothing_to_the_end_user() -> None:
    """REN-09."""
    planned = mails(a_renewal())

    assert not {OrderMail.WELCOME, OrderMail.GRADUATION_REMINDER, OrderMail.GRADUATION_COPY} & set(planned)
    assert planned["renewal_late"] == "partner hikari"


class TestSameContent:
    def test_is_not_a_matter_of_who_sent_it_and_why(self) -> None:
        again = an_order(by="somebody-else", reason="sent twice", source="import")

        assert differing(an_order(), again) == []
        assert digest(an_order()) == digest(again)

    def test_is_not_a_matter_of_how_an_instant_is_written(self) -> None:
        utc, tokyo = an_order(placed_at=MONDAY), an_order(placed_at=MONDAY.astimezone(ZoneInfo("Asia/Tokyo")))

        assert differing(utc, tokyo) == []
        assert digest(utc) == digest(tokyo)

    def test_names_the_fields_that_differ(self) -> None:
        assert differing(an_order(), an_order("SO-100001", Offering.PORT, term_months=24)) == ["items", "term_months"]
        assert digest(an_order()) != digest(an_order(term_months=24))

    def test_outlives_a_release_with_other_default_policies(self) -> None:
        before = an_order(policy={"hold_overdue": 4, "subscription": {"notices_at": "08:00"}})

        assert differing(an_order(), before) == []
        assert differing(an_order(policy={"hold_overdue": 4}), before) == []
        assert differing(an_order(policy={"hold_overdue": 5}), before) == ["policy"]
        assert differing(an_order(policy={"subscription": SubscriptionPolicy(notices_at="08:00")}), before) == []
        assert differing(an_order(policy={"subscription": {"notices_at": "09:00"}}), before) == ["policy"]

    def test_a_start_that_is_no_order_is_another_one(self) -> None:
        assert differing(an_order(), {"by": "x"}) == ["input"]
