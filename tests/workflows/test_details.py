"""The page an operator reads, section by section, and the list of updates."""

from collections.abc import Iterator, Sequence
from functools import cache

import pytest
from temporalio import workflow
from temporalio.api.sdk.v1 import WorkflowMetadata

from domain.device.states import DeviceStage
from domain.mails import Lifecycle
from domain.offers import Offer
from domain.order.states import Stage
from domain.subscription.subscription import SubscriptionStage
from domain.trial.states import TrialStage
from tests.domain.test_examples import EXAMPLES as FOLDER
from tests.domain.test_examples import STORIES
from tests.lives import Moment, lives
from tests.makers import MONDAY, a_trial
from tests.town import Town
from workflows.details import TASKS, local, markdown
from workflows.messages import EXAMPLE, READABLE, of_this_life


@cache
def moments() -> Sequence[Moment]:
    return list(lives())


def page(stage: str, *way: str, refusal: str | None = None) -> dict[str, list[str]]:
    """The first page of a stage, of a life on whose way all of this happened: lines by heading."""
    moment = next(m for m in moments() if m.life.stage is stage and set(way) <= set(m.way))
    return sections(markdown(moment.view, moment.offers, "Asia/Tokyo", refusal))


def sections(text: str) -> dict[str, list[str]]:
    parts = [part.split("\n") for part in text.split("\n\n")]
    return {title.removeprefix("### "): [line.removeprefix("- ") for line in lines] for title, *lines in parts}


def pages() -> Iterator[str]:
    for moment in moments():
        yield markdown(moment.view, moment.offers, moment.life.zone)


def test_a_page_has_only_headings_and_bullets() -> None:
    assert not [line for text in pages() for line in text.splitlines() if line and not line.startswith(("### ", "- "))]


def test_a_page_begins_with_a_sentence_that_says_what_it_is_and_where_it_stands() -> None:
    (headline, tracker), *_ = page(Stage.HELD).items()
    assert headline == "New order SO-100001 (customer akasaka, partner hikari) is on compliance hold (`held`)"
    assert tracker == ["→ Compliance hold", "○ Provisioning form", "○ Site build", "○ Welcome", "○ Graduation"]
    assert next(iter(page(TrialStage.AWAITING_CONSENT))) == (
        "Trial T-1002 for an existing customer (customer akasaka, partner hikari) waits for the customer's consent "
        "(`pending.customer_consent`)"
    )


def test_a_step_that_was_done_has_its_date_in_the_customer_s_zone() -> None:
    (_, tracker), *_ = page(Stage.AWAITING_DETAILS).items()
    assert tracker[0].startswith("✓ Compliance hold, 2026-06-01 10:")
    assert tracker[0].endswith(" JST")


def test_it_waits_for_somebody_until_a_date_and_says_what_happens_then() -> None:
    assert page(TrialStage.AWAITING_CONSENT)["Waits for"] == [
        "**consent** from a full administrator of the customer; until 2026-06-11 24:00 JST, then: Consent lapses: "
        "cancel the trial; report it with `accept`"
    ]


def test_or_as_long_as_it_takes() -> None:
    assert page(TrialStage.AWAITING_DETAILS)["Waits for"] == [
        "**provisioning details** from partner hikari; no date: it waits as long as it takes; report it with "
        "`give_details`"
    ]


def test_what_is_told_by_itself_needs_no_message() -> None:
    (waits,) = page(SubscriptionStage.ACTIVE)["Waits for"]
    assert waits.startswith("**a renewal order** from partner hikari; until 2027-06-01 24:00 JST, then: Renewal date")
    assert waits.endswith("; nothing to send here, it is told by itself")


def test_what_waits_for_nobody_says_so() -> None:
    assert page(TrialStage.NUMBERS_RETAINED)["Waits for"] == ["nobody, it goes on by itself"]


def test_open_tasks_are_waited_for() -> None:
    assert page(SubscriptionStage.ACTIVE, "renewal completed")["Waits for"][1] == (
        "**the renewal checked with the vendor** from hikari (task `verify/SO-200001`); no date: it waits as long as "
        "it takes; report it with `confirm_renewal`"
    )
    assert "**the device seen back** from hikari (task `return/D-7001`)" in page(DeviceStage.OVERDUE)["Waits for"][1]


def test_every_kind_of_task_has_words() -> None:
    kinds = {task.kind for moment in moments() for task in moment.view.tasks}
    assert kinds <= TASKS.keys()
    known = {name for story, _ in STORIES.values() for name in workflow._Definition.must_from_class(story).updates}
    assert {update for _, update in TASKS.values() if update} <= known


def test_a_page_tells_what_falls_due() -> None:
    assert page(TrialStage.AWAITING_CONSENT)["Falls due if nothing happens"] == [
        "2026-06-11 24:00 JST: Consent lapses: cancel the trial"
    ]


def test_while_held_nothing_falls_due_and_the_page_says_who_stopped_it_and_since_when() -> None:
    held = page(Stage.HELD, "hold")
    reason, who, how = held["Stopped by an operator"]
    assert (reason, how) == ("in dispute with the customer", "goes on with `resume`")
    assert who.startswith("by `ops-7`, since 2026-06-01 10:")
    assert "Falls due if nothing happens" not in held
    assert held["Due when resumed"]
    assert "no date while stopped (was 2026-06-0" in held["Waits for"][0]


def test_a_mail_in_trouble_is_named_with_its_reader_and_what_to_do() -> None:
    assert page(Stage.SERVICE_READY, "welcome refused")["Needs attention"] == [
        "The mail server refused this mail for good: welcome to the site administrator (order-SO-100001/welcome); "
        "correct the address or mend the cause, then send retry_mail"
    ]
    assert page(Stage.SERVICE_READY, "welcome unknown")["Needs attention"] == [
        "Nobody knows whether this mail arrived: welcome to the site administrator (order-SO-100001/welcome); find "
        "out, then send settle_mail"
    ]


def test_what_was_missed_and_what_is_overdue_is_told_in_words() -> None:
    told = {
        Stage.HELD: "The compliance hold took longer than usual",
        Stage.SERVICE_READY: "Graduation is overdue: ",
        SubscriptionStage.SUSPENDED: "Suspended: the renewal was not complete by 2027-06-01; ",
        DeviceStage.OVERDUE: "The device was not back in time",
    }
    for stage, words in told.items():
        shown = [text for m, text in zip(moments(), pages(), strict=True) if m.life.stage is stage]
        assert any(f"### Needs attention\n- {words}" in text for text in shown), stage


def test_the_last_refusal_is_shown() -> None:
    assert page(Stage.HELD, refusal="`graduate`: not yet")["Last refused"] == ["`graduate`: not yet"]


def test_what_can_be_sent_can_be_pasted() -> None:
    held = page(Stage.HELD)
    assert '`accept_terms`: `{"by":"akasaka","terms":"port"}`' in held["What you can send now"]
    assert '`hold`: `{"by":"ops-7","reason":"in dispute with the customer"}`' in held["Operators may also send"]


def test_what_is_too_long_lies_in_a_file_that_is_there() -> None:
    named = {part.partition("`")[0] for text in pages() for part in text.split("see `examples/")[1:]}
    assert {"ui/order.submit_provisioning_form.json", "ui/order.submit_provisioning_form.renewal.json"} <= named
    assert not [name for name in named if not (FOLDER / name).exists()]


def test_an_offer_without_a_message_tells_why() -> None:
    assert page(TrialStage.TRIALING)["What you can send now"][0].startswith(
        '`extend` – from 2026-07-01 on `{"by":"partner-hikari","days":30}`; before, '
    )


def test_a_made_up_address_is_never_offered() -> None:
    for moment in moments():
        for update in ("retry_mail", "report_site_built", "convert"):
            offer: Offer = moment.offers.get(update, Offer(None))
            shown = offer.message.model_dump_json() if offer.message else ""
            assert "@" not in shown, moment.way
            assert "://" not in shown, moment.way


def test_a_date_is_moved_from_where_it_is() -> None:
    offered = next(line for line in page(Stage.HELD)["Operators may also send"] if line.startswith("`extend_due_date`"))
    assert '"deadline":"hold_overdue","at":"2026-06-15T' in offered


def test_a_page_of_what_is_closed_offers_nothing() -> None:
    done = page(TrialStage.CANCELLED)
    assert not {"What you can send now", "Operators may also send", "Waits for"} & done.keys()


def test_midnight_belongs_to_the_day_that_ends() -> None:
    assert local(MONDAY.replace(hour=15), "Asia/Tokyo") == "2026-06-01 24:00 JST"


@pytest.mark.parametrize("lifecycle", STORIES)
def test_a_description_is_shown_to_its_end_and_names_a_file_that_is_there(lifecycle: Lifecycle) -> None:
    story, _ = STORIES[lifecycle]
    life = next(moment.life for moment in moments() if moment.life.lifecycle is lifecycle)
    for name, update in workflow._Definition.must_from_class(story).updates.items():
        shown = of_this_life(str(update.description), str(name), life)
        assert len(shown) <= READABLE, name
        example = shown.partition(EXAMPLE)[2]
        assert example.startswith("{") or not example or (FOLDER.parent / example).exists(), shown


def test_a_trial_says_that_nothing_of_it_can_be_moved() -> None:
    life = next(moment.life for moment in moments() if moment.life.lifecycle is Lifecycle.TRIAL)
    assert of_this_life("x", "extend_due_date", life) == "Always refused: no date of a trial can be moved."
    assert of_this_life("x", "skip_reminder", life).startswith("Always refused: ")


async def test_the_web_ui_shows_descriptions_of_this_lifecycle(town: Town) -> None:
    trial = await town.try_out(a_trial())
    metadata = await trial.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    shown = {update.name: update.description for update in metadata.definition.update_definitions}
    assert shown["extend_due_date"] == "Always refused: no date of a trial can be moved."
    assert shown["retry_mail"].endswith("examples/ui/trial.retry_mail.json")
    assert metadata.current_details.startswith("### Trial T-1001 for a new customer ")
