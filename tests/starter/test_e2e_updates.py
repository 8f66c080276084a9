"""Telling an order or a subscription what happened, over the wire: by options, by a whole message, once. E4."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from domain.lifecycle import Lifecycle
from domain.order.messages import Offering, PlaceOrder
from tests.makers import a_customer, a_form, a_graduation, a_partner, a_person, a_renewal, an_order, submitted
from tests.starter.conftest import IN_DOUBT, Answered, Tenure, eventually
from tests.starter.test_e2e_start import saved
from tests.support.embedded import Background

ACCESS = ("--user-name", "akasaka-admin", "--password-url", "https://akasaka.webex.example/p/1")


def started(tenure: Tenure, directory: Path, order: PlaceOrder) -> str:
    """An order on compliance hold; its number."""
    answered = tenure("order", "start", saved(directory, order), "--json")
    assert answered.code == 0, answered.err
    eventually(lambda: stage(tenure("order", "show", order.sales_order_number, "--json")), "held".__eq__)
    return order.sales_order_number


def stage(answered: Answered) -> Any:
    assert answered.code == 0, answered.err
    return answered.json["state"]["stage"]


def as_file(directory: Path, name: str, model: Any) -> Path:
    path = directory / name
    path.write_text(model.model_dump_json(), encoding="utf-8")
    return path


def graduated(tenure: Tenure, directory: Path, number: str) -> None:
    """From the hold to its end, by options."""
    form, graduation = as_file(directory, "form.json", a_form()), as_file(directory, "graduation.json", a_graduation())
    assert stage(tenure("order", "clear", number, "--json")) == "pending.awaiting_provisioning_details"
    assert stage(tenure("order", "submit-form", number, "--form", form, "--json")) == "in_progress.provisioning"
    assert stage(tenure("order", "site-built", number, *ACCESS, "--json")) == "in_progress.service_ready"
    assert stage(tenure("order", "graduate", number, "--form", graduation, "--json")) == "completed"


def test_a_whole_life_by_options(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    number = started(tenure, tmp_path, an_order("SO-2001", reselling_partner=a_partner("minami")))

    assert stage(tenure("order", "clear", number, "--by", "vendor-desk", "--json")).startswith("pending")
    assert stage(tenure("order", "complete-task", number, "--task", "relay_confirmation", "--json"))
    form = as_file(tmp_path, "form.json", a_form())
    tenure("order", "submit-form", number, "--form", form)
    tenure("order", "site-built", f"order-{number}", *ACCESS)
    done = tenure("order", "graduate", number, "--form", as_file(tmp_path, "g.json", a_graduation()))

    assert done.out == "order-SO-2001 took graduate.\nNow completed.\n"
    service.do(service.client.get_workflow_handle(f"order-{number}").result())
    by = {event.type: event.actor for event in service.store.events(Lifecycle.ORDER, number)}
    assert by["order.compliance_cleared"] == "vendor-desk"
    assert by["order.graduated"].startswith("cli-")


def test_whole_messages_from_a_file_from_words_and_from_standard_input(
    service: Background, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = started(tenure, tmp_path, an_order("SO-2002", Offering.PORT, Offering.NAMED_HOST))

    by_words = tenure("order", "accept-terms", number, "--message", '{"by": "customer-17", "terms": "port"}', "--json")
    assert by_words.json["state"]["facts"]["accepted_terms"] == "port"
    assert stage(tenure("order", "clear", number, "-m", '{"source": "upstream"}', "--by", "ccw", "--json")) != "held"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(submitted().model_dump_json().encode())))
    assert stage(tenure("order", "submit-form", number, "--message", "-", "--json")) == "in_progress.provisioning"
    access = tmp_path / "access.json"
    access.write_text(json.dumps({"by": "build", "user_name": "x", "password_url": "https://a.example/1"}))
    assert stage(tenure("order", "site-built", number, "--message", access, "--json")) == "in_progress.service_ready"


def test_what_is_refused_is_told_in_the_domains_own_line(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    number = started(tenure, tmp_path, an_order("SO-2003"))

    terms = tenure("order", "accept-terms", number, "--terms", "port")
    tenure("order", "clear", number)
    late = tenure("order", "cancel", number, "--reason", "ordered twice", "--json")

    assert (terms.code, terms.err) == (3, "Error: terms: this order needs no port overage terms (ORD-12)\n")
    assert late.code == 3
    assert late.error["code"] == "refused"
    assert late.error["message"].startswith("cannot cancel: the order is pending.awaiting_provisioning_details")
    assert [(each["code"], each["field"]) for each in late.error["problems"]] == [("wrong_stage", None)]
    assert late.out == ""


def test_what_only_the_order_can_judge_names_its_field(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    number = started(tenure, tmp_path, an_order("SO-2004"))
    tenure("order", "clear", number)

    answered = tenure("order", "submit-form", number, "--form", as_file(tmp_path, "f.json", a_form(24)), "--json")

    assert answered.code == 3
    assert answered.error["field"] == "form.sites"
    assert "bought are 25" in answered.error["message"]
    (problem,) = answered.error["problems"]
    assert (problem["code"], problem["field"], problem["rule"]) == ("does_not_fit", "form.sites", "ORD-33")


def test_the_same_update_id_gets_the_same_answer(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    number = started(tenure, tmp_path, an_order("SO-2005"))

    first = tenure("order", "clear", number, "--update-id", "clear-1", "--json")
    tenure("order", "submit-form", number, "--form", as_file(tmp_path, "f.json", a_form()))
    again = tenure("order", "clear", number, "--update-id", "clear-1", "--by", "somebody-else", "--json")
    without_id = tenure("order", "clear", number)

    assert (first.json["result"], again.json["result"]) == ("accepted", "repeated")
    assert first.json["state"] == again.json["state"]
    assert without_id.code == 3


def test_the_same_update_id_for_something_else_is_a_conflict(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    number = started(tenure, tmp_path, an_order("SO-2006", Offering.PORT, Offering.AUDIO_COMMIT))
    tenure("order", "accept-terms", number, "--terms", "port", "--update-id", "terms-1")

    other_content = tenure("order", "accept-terms", number, "--terms", "audio", "--update-id", "terms-1", "--json")
    other_update = tenure("order", "clear", number, "--update-id", "terms-1")

    assert (other_content.code, other_update.code) == (4, 4)
    assert other_content.error["field"] == "--update-id"
    assert tenure("order", "show", number, "--json").json["state"]["facts"]["accepted_terms"] == "port"


def test_an_order_that_is_over_says_how_it_ended(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    number = started(tenure, tmp_path, an_order("SO-2007"))
    tenure("order", "cancel", number, "--reason", "ordered twice", "--update-id", "cancel-1")
    service.do(service.client.get_workflow_handle(f"order-{number}").result())

    late = tenure("order", "clear", number)
    repeated = tenure("order", "cancel", number, "--reason", "ordered twice", "--update-id", "cancel-1", "--json")

    assert (late.code, late.err) == (5, "Error: order SO-2007 is over: cancelled\n")
    assert (repeated.code, repeated.json["result"]) == (0, "repeated")


def test_an_order_nobody_knows_is_not_found(service: Background, tenure: Tenure) -> None:
    answered = tenure("order", "clear", "SO-2999", "--json")

    assert (answered.code, answered.error["field"]) == (6, "ID")


def test_a_mail_in_doubt_is_settled_once(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    contact = a_person(f"{IN_DOUBT}@hikari.example.com")
    order = an_order("SO-2008", Offering.PORT, ordering_partner=a_partner(contact=contact))
    number = started(tenure, tmp_path, order)
    shown = eventually(
        lambda: tenure("order", "show", number, "--json").json, lambda seen: "settle_mail" in seen["state"]["desk"]
    )
    mail = shown["mails"][0]["key"]
    sent = ("order", "settle-mail", number, "--mail", mail, "--outcome", "sent", "--reason", "found in the log")

    assert f"--mail {mail} " in tenure("order", "show", number).out
    assert tenure(*sent).code == 0
    assert tenure(*sent).code == 3
    eventually(lambda: number not in tenure("order", "list", "--attention").out)


def test_operators_hold_and_resume_and_write_notes(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    number = started(tenure, tmp_path, an_order("SO-2013"))

    assert tenure("order", "hold", number, "--reason", "in dispute").code == 0
    assert tenure("order", "note", number, "--text", "called them").code == 0
    held = tenure("order", "show", number).out
    assert ": in dispute" in held
    assert f"tenure order resume {number}" in held
    assert tenure("order", "resume", number).code == 0
    assert tenure("order", "resume", number).code == 3
    moved = tenure("order", "extend-due-date", number, "--deadline", "hold_overdue", "--at", "soon", "--reason", "x")
    assert (moved.code, moved.err.startswith("Error: at: must be a date and time")) == (2, True)


def test_a_subscription_is_renewed_confirmed_and_ended(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    graduated(tenure, tmp_path, started(tenure, tmp_path, an_order("SO-2009")))
    eventually(lambda: tenure("subscription", "show", "sub-SO-2009").code == 0)
    assert " active" in tenure("subscription", "show", "subscription-sub-SO-2009").out
    other = a_renewal("SO-2010", of="sub-SO-2009", customer=a_customer(id="somebody-else"))
    assert tenure("order", "start", saved(tmp_path, other)).code == 3
    renewal = started(tenure, tmp_path, a_renewal("SO-2010", of="sub-SO-2009"))
    tenure("order", "clear", renewal)
    form = as_file(tmp_path, "f.json", a_form(existing_customer=True))
    tenure("order", "submit-form", renewal, "--form", form)
    assert "tenure order site-built SO-2010\n" in tenure("order", "show", renewal).out
    tenure("order", "site-built", renewal)
    eventually(lambda: "term 2;" in tenure("subscription", "show", "sub-SO-2009").out)
    confirm = ("subscription", "confirm-renewal", "sub-SO-2009", "--order-number", renewal, "--update-id", "c-1")

    confirmed = tenure(*confirm, "--json")

    assert confirmed.json["state"]["facts"]["term"] == "2"
    assert tenure(*confirm, "--json").json["result"] == "repeated"
    assert tenure(*confirm[:-2]).code == 3
    assert stage(tenure("subscription", "terminate", "sub-SO-2009", "--reason", "moved", "--json")) == "terminated"
    service.do(service.client.get_workflow_handle("subscription-sub-SO-2009").result())
    assert tenure("subscription", "terminate", "sub-SO-2009", "--reason", "moved").code == 5
    assert tenure("order", "start", saved(tmp_path, a_renewal("SO-2011", of="sub-SO-2009"))).code == 3


@pytest.mark.usefixtures("in_vain")
def test_an_unanswered_update_says_how_to_ask_again(
    service: Background, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENURE_TASK_QUEUE", "nobody-there")
    tenure("order", "start", saved(tmp_path, an_order("SO-2012")))

    answered = tenure("order", "clear", "SO-2012", "--update-id", "again-1")

    assert answered.code == 7
    assert "--update-id again-1" in answered.err
