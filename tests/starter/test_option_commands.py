"""Option requests by commands only, over the wire: started, seen, listed, worked on, started again after a loss."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.lifecycle import Lifecycle
from domain.option.messages import OptionKind
from domain.option.state import NAME, OptionState
from domain.subscription.messages import StartSubscription, TerminateSubscription
from domain.subscription.sites import SubscriptionSite
from tests.makers import MONDAY
from tests.options import SITE, a_request, what_is_known
from tests.starter.conftest import Tenure, eventually
from tests.starter.test_e2e_start import saved
from tests.support.embedded import Background

K = OptionKind


@pytest.fixture
def subscription(service: Background) -> str:
    """One that runs, with a customer of its own; no test's stands in another's way."""
    name = f"sub-{uuid4().hex[:8]}"
    start = StartSubscription(
        by="tenure",
        subscription_id=name,
        order_number="SO-none",
        customer_id=f"c-{name}",
        partner_id="hikari",
        zone="Asia/Tokyo",
        service_start_at=MONDAY,
        term_months=120,
        sites=(SubscriptionSite(url=SITE, named_users=25, languages=("ja",)),),
    )
    service.do(service.env.start("Subscription", start, f"subscription-{name}"))
    eventually(lambda: not service.store.unknown(Lifecycle.SUBSCRIPTION, [name]))
    return name


def started(tenure: Tenure, directory: Path, kind: OptionKind, subscription: str) -> str:
    """A request that was taken; its id."""
    request = a_request(kind, f"OR-{uuid4().hex[:8]}", subscription_id=subscription)
    answered = tenure("option", "start", saved(directory, request, "option.json"), "--json")
    assert answered.code == 0, answered.err
    return request.request_id


def shown(tenure: Tenure, request_id: str) -> dict[str, Any]:
    answered = tenure("option", "show", request_id, "--json")
    assert answered.code == 0, answered.err
    state: dict[str, Any] = answered.json["state"]
    return state


def test_it_is_worked_on_by_commands(service: Background, tenure: Tenure, tmp_path: Path, subscription: str) -> None:
    request = started(tenure, tmp_path, K.LANGUAGE, subscription)
    page = tenure("option", "show", request).out
    assert f"requested language; language pt-BR; site {SITE}" in page
    assert "the work begun, from vendor" in page
    assert "age in days 0" in page, "AMB-5: as of now, not as of the last event"
    assert tenure("option", "show", request, "--json").json["line"]["age_in_days"] == 0
    assert "times in Asia/Tokyo" in page
    assert "example.com" not in page
    early = tenure("option", "complete", request, "--by", "vendor-desk")
    assert (early.code, "cannot complete the work: the request is acknowledged" in early.err) == (3, True)
    assert tenure("option", "begin-work", request, "--by", "vendor-desk").code == 0
    late = tenure("option", "cancel", request, "--by", "hikari", "--reason", "not needed")
    assert (late.code, "work has begun" in late.err) == (3, True)
    assert tenure("option", "complete", request, "--by", "vendor-desk", "--note", "as agreed").code == 0
    eventually(lambda: shown(tenure, request)["stage"] == "completed")
    eventually(lambda: service.store.state(Lifecycle.SUBSCRIPTION, subscription).sites[0].languages == ("ja", "pt-BR"))
    told = tenure("history", f"option-{request}").out
    assert "Record: took effect" in told


def test_a_list_says_what_is_asked_for_and_for_how_long(
    service: Background, tenure: Tenure, tmp_path: Path, subscription: str
) -> None:
    request = started(tenure, tmp_path, K.SITE_SPLIT, subscription)
    answered = tenure("option", "list", "--customer", f"c-{subscription}", "--json")
    (line,) = answered.json["options"]
    assert (line["id"], line["requested"], line["subscription"], line["age_in_days"]) == (
        request,
        "site_split",
        subscription,
        0,
    )
    table = tenure("option", "list", "--customer", f"c-{subscription}").out
    assert "asked for" in table
    assert "0 days" in table


def test_an_inquiry_is_over_with_its_answer(
    service: Background, tenure: Tenure, tmp_path: Path, subscription: str
) -> None:
    request = started(tenure, tmp_path, K.RENEWAL_DATE, subscription)
    eventually(lambda: shown(tenure, request)["stage"] == "completed")
    assert shown(tenure, request)["facts"]["answer"] == "2036-06-01"
    (mail,) = eventually(lambda: service.store.mails(NAME, request))
    assert (mail.kind, mail.recipient) == ("option_answered", "requester")


def test_a_start_that_is_refused_says_why_by_its_field(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    request = a_request(request_id="OR-nowhere", subscription_id="sub-nowhere")
    answered = tenure("option", "start", saved(tmp_path, request, "option.json"), "--json")
    assert answered.code == 3
    (problem,) = answered.error["problems"]
    assert (problem["field"], problem["code"]) == ("subscription_id", "not_known")
    assert "no subscription sub-nowhere is known here (OPT-01)" in json.dumps(answered.error)


def test_one_that_temporal_lost_is_handed_in_again_and_begins_anew(
    service: Background, tenure: Tenure, tmp_path: Path, subscription: str
) -> None:
    """Also when the subscription is terminated meanwhile: whether it may begin was asked when it began. R9."""
    request = a_request(K.LOGO, f"OR-{uuid4().hex[:8]}", subscription_id=subscription)
    state = OptionState.requested(request, MONDAY)
    state.learn(what_is_known(customer_id=f"c-{subscription}"))
    service.store.open_lifecycle(request, state, str(uuid4()), MONDAY)
    handle = service.client.get_workflow_handle(f"subscription-{subscription}")
    over = TerminateSubscription(by="ops-7", reason="moved elsewhere")
    service.do(handle.execute_update("terminate", over))
    answered = tenure("option", "start", saved(tmp_path, request, "option.json"), "--json")
    assert answered.code == 0, answered.err
    eventually(lambda: shown(tenure, request.request_id)["stage"] == "acknowledged")
    events = [event.type for event in service.store.events(NAME, request.request_id)]
    assert "option.started_again" in events
    assert tenure("option", "reject", request.request_id, "--by", "ops-7", "--reason", "the contract is over").code == 0
