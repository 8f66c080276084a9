"""The page an operator reads, section by section, and the list of updates."""

from collections.abc import Iterator, Sequence
from functools import cache

import pytest
from markdown_it import MarkdownIt
from temporalio.api.sdk.v1 import WorkflowMetadata

from domain.device.states import DeviceStage
from domain.lifecycle import Lifecycle, OperatorHold, OperatorNote
from domain.lifecycles import KINDS, updates_of
from domain.order.states import Stage
from domain.placeholder import PLACEHOLDER, offered
from domain.subscription.states import SubscriptionStage
from domain.trial.states import TrialStage
from domain.wholesale.offerings import OfferingStatus
from domain.wholesale.state import WholesaleState
from tests.domain.test_examples import EXAMPLES as FOLDER
from tests.lives import Moment, lives
from tests.makers import MONDAY, a_trial, some
from tests.support.time_skipping import TimeSkipping
from workflows.details import TASKS, code, local, markdown, plain
from workflows.messages import EXAMPLE, READABLE, described


@cache
def moments() -> Sequence[Moment]:
    return list(lives())


def page(stage: str, *way: str, refusal: str | None = None) -> dict[str, list[str]]:
    """The first page of a stage, of a life on whose way all of this happened: lines by heading."""
    moment = next(m for m in moments() if m.state.stage is stage and set(way) <= set(m.way))
    return sections(markdown(moment.view, moment.offers, "Asia/Tokyo", refusal))


def sections(text: str) -> dict[str, list[str]]:
    parts = [part.split("\n") for part in text.split("\n\n")]
    return {title.removeprefix("### "): [line.removeprefix("- ") for line in lines] for title, *lines in parts}


def pages() -> Iterator[str]:
    for moment in moments():
        yield markdown(moment.view, moment.offers, moment.state.zone)


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
    assert waits.endswith("; nothing to send here, it comes by itself")


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
    known = {name for kind in KINDS.values() for name in updates_of(kind)}
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


def test_a_pending_request_shows_what_it_is_about_and_a_hold_what_it_does() -> None:
    """TRL-26, TRL-42."""
    known = page(TrialStage.AWAITING_CONSENT)["To know"]
    assert "licences: `25`" in known
    assert not [line for line in known if line.startswith(("hold", "managing partners"))]
    moment = next(m for m in moments() if m.state.stage is TrialStage.AWAITING_CONSENT)
    facts = moment.view.facts | {"managing_partners": "asahi", "hold": "its dates go on"}
    shown = sections(markdown(moment.view.model_copy(update={"facts": facts}), moment.offers, "Asia/Tokyo"))
    assert shown["To know"][:3] == [*known[:1], "managing partners: `asahi`", "hold: `its dates go on`"]


def test_a_mail_in_trouble_is_named_with_its_reader_and_what_to_do() -> None:
    assert page(Stage.SERVICE_READY, "welcome refused")["Needs attention"] == [
        "This mail was refused for good: welcome to the site administrator (order-SO-100001/welcome); "
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
    for stage, words in some(told.items()):
        shown = [text for m, text in zip(moments(), pages(), strict=True) if m.state.stage is stage]
        assert any(f"### Needs attention\n- {words}" in text for text in shown), stage


def test_the_last_refusal_is_shown() -> None:
    assert page(Stage.HELD, refusal="`graduate`: not yet")["Last refused"] == ["`graduate`: not yet"]


def test_what_can_be_sent_can_be_pasted() -> None:
    held = page(Stage.HELD)
    assert '`accept_terms`: `{"by":"REPLACE-ME","terms":"port"}`' in held["What you can send now"]
    assert '`hold`: `{"by":"REPLACE-ME","reason":"REPLACE-ME"}`' in held["Operators may also send"]
    assert "`REPLACE-ME` stands for what only you know; a message that still has it is refused" in held["To know"]


def test_a_choice_is_not_made_for_anybody_and_is_read_beside_it() -> None:
    doubtful = page(Stage.SERVICE_READY, "welcome unknown")["Operators may also send"]
    assert (
        '`settle_mail`: `{"by":"REPLACE-ME","reason":"REPLACE-ME","mail":"order-SO-100001/welcome",'
        '"outcome":"REPLACE-ME: sent, resend or leave_out"}` – sent: it had arrived; resend: send it once more'
    ) in doubtful
    back = page(DeviceStage.RETURN_IN_TRANSIT)["What you can send now"]
    assert (
        '`report_received`: `{"by":"REPLACE-ME","serial_number":"REPLACE-ME"}` – read serial_number from the device '
        "itself"
    ) in back


def test_what_is_too_long_lies_in_a_file_that_is_there() -> None:
    named = {part.partition("`")[0] for text in pages() for part in text.split("see `examples/")[1:]}
    assert {"ui/order.submit_provisioning_form.json", "ui/order.graduate.json"} <= named
    assert not [name for name in named if not (FOLDER / name).exists()]


def test_an_offer_without_a_message_tells_why() -> None:
    assert page(TrialStage.TRIALING)["What you can send now"][0].startswith(
        "`extend` – from 2026-07-01 on; before, at most 30 days from today would shorten it"
    )


def test_no_fact_is_made_up_on_any_page() -> None:
    """What stands there for a person to say: ids of ours, names of deadlines, services that are tried, the only package
    it can be about, the version of the quantities that the page shows."""
    ours = {"mail", "step", "alert", "deadline", "task", "terms", "order_number", "organization_id", "services"}
    ours |= {"offering", "version"}
    for moment in some(moments()):
        for update in (*moment.view.can_send, *moment.view.desk):
            offer = moment.offers[update]
            assert offer.known <= ours, (update, moment.way)
            shown = offered(offer.message, offer.known) if offer.message else {}
            said = {name for name, value in shown.items() if PLACEHOLDER not in str(value)}
            assert said <= offer.known | {"dry_run"}, (update, moment.way)


def test_which_of_several_packages_a_message_is_about_is_left_to_people() -> None:
    """WHS-12."""
    asked = {"report_package": OfferingStatus.PENDING, "retry_package": OfferingStatus.FAILED}
    found = set()
    for moment in (moment for moment in moments() if isinstance(moment.state, WholesaleState)):
        for update in asked.keys() & set(moment.view.can_send):
            fitting = [name for name, each in moment.state.offerings.items() if each.status is asked[update]]
            offer = moment.offers[update]
            assert ("offering" in offer.known) == (len(fitting) == 1), moment.way
            assert len(fitting) == 1 or all(name in offer.note for name in fitting), moment.way
            found.add((update, len(fitting)))
    assert found >= {("report_package", 1), ("report_package", 2), ("retry_package", 1), ("retry_package", 2)}


def test_a_date_to_move_is_named_and_its_new_day_is_left_to_people() -> None:
    offered_now = page(Stage.HELD)["Operators may also send"]
    (moved,) = [line for line in offered_now if line.startswith("`extend_due_date`")]
    assert '"deadline":"hold_overdue","at":"REPLACE-ME"}` – at: a date and time such as 2027-' in moved


def test_a_page_of_what_is_closed_offers_nothing() -> None:
    done = page(TrialStage.CANCELLED)
    assert not {"What you can send now", "Operators may also send", "Waits for"} & done.keys()


def test_midnight_belongs_to_the_day_that_ends() -> None:
    assert local(MONDAY.replace(hour=15), "Asia/Tokyo") == "2026-06-01 24:00 JST"


@pytest.mark.parametrize("lifecycle", KINDS)
def test_a_description_is_shown_to_its_end_and_names_a_file_that_is_there(lifecycle: Lifecycle) -> None:
    shown = {name: described(KINDS[lifecycle], name) for name in updates_of(KINDS[lifecycle])}
    assert [name for name, words in shown.items() if len(words) > READABLE] == []
    examples = [words.partition(EXAMPLE)[2] for words in shown.values()]
    files = [example for example in examples if example and not example.startswith("{")]
    assert files
    assert [file for file in files if not (FOLDER.parent / file).exists()] == []


def test_a_trial_says_that_nothing_of_it_can_be_moved() -> None:
    trial = KINDS[Lifecycle.TRIAL]
    assert described(trial, "extend_due_date") == "Always refused: no date of a trial can be moved."
    assert described(trial, "skip_reminder").startswith("Always refused: ")
    assert described(trial, "acknowledge") == "Always refused: a trial has no alerts."


async def test_the_web_ui_shows_descriptions_of_this_lifecycle(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_trial())
    metadata = await trial.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    shown = {update.name: update.description for update in metadata.definition.update_definitions}
    assert shown["extend_due_date"] == "Always refused: no date of a trial can be moved."
    assert shown["settle_mail"].endswith("examples/ui/trial.settle_mail.json")
    assert metadata.current_details.startswith("### Trial T-1001 for a new customer ")


TYPED = (
    "# a heading",
    "=====",
    "---",
    "- a list",
    "+ a list",
    "* a list",
    "1. a list",
    "1) a list",
    "> a quotation",
    "``` a fence",
    "~~~ a fence",
    "`code` and ``more``",
    "*emphasis* _emphasis_ **strong** __strong__ ~~gone~~",
    "[a link](https://evil.example)",
    "[a link][1]",
    "![an image](https://evil.example/pixel.png)",
    "<https://evil.example>",
    "<script>alert(1)</script> <b>bold</b> <!-- gone -->",
    "&lt;b&gt; &amp; &#42;",
    "a | b",
    "back\\slash \\* \\",
    "snake_case_name and _private_",
    "3 * 4 = 12, 50 % [sic], C# & C++, a_b_",
    "日本語の *メモ* と [リンク](x)",
)
"""What a person may write, each of which Markdown would read otherwise."""


def read(markdown_text: str) -> tuple[str, set[str]]:
    """What a reader of the rendered page sees, and what the page is made of."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown_text)
    inner = [child for token in tokens for child in token.children or []]
    kinds = {token.type for token in (*tokens, *inner)}
    return "".join(child.content for child in inner), kinds


PLAIN_ITEM = read("- words")[1]


@pytest.mark.parametrize("typed", TYPED)
def test_what_a_person_wrote_reads_as_it_was_typed(typed: str) -> None:
    assert read(f"- {plain(typed)}") == (typed, PLAIN_ITEM)
    assert read(f"- {plain(f'   {typed}')}") == (typed, PLAIN_ITEM)
    assert read(f"- said: {plain(typed)}") == (f"said: {typed}", PLAIN_ITEM)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_line_break_begins_no_line_of_the_page(end: str) -> None:
    assert read(f"- {plain(f'one{end}- two{end}{end}# three')}") == ("one ↵ - two ↵  ↵ # three", PLAIN_ITEM)


@pytest.mark.parametrize("typed", ["a`b", "``", "`a`", 'x"`](y)', "a ``` b"])
def test_an_id_between_backticks_never_ends_early(typed: str) -> None:
    assert read(f"- {code(typed)}") == (typed, PLAIN_ITEM - {"text"} | {"code_inline"})


@pytest.mark.parametrize("typed", TYPED)
def test_every_place_of_the_page_that_shows_a_person_s_words_escapes_them(typed: str) -> None:
    moment = next(m for m in moments() if m.state.stage is Stage.HELD and "hold" in m.way)
    hold = OperatorHold(reason=typed, by="ops-7", since=MONDAY)
    note = OperatorNote(text=typed, by="ops-7", at=MONDAY)
    shown = moment.view.model_copy(update={"held_by_operator": hold, "last_note": note, "troubles": (typed,)})
    found = sections(markdown(shown, moment.offers, "Asia/Tokyo", f"`hold` at 10:00: {typed}"))
    assert found["Stopped by an operator"][0] == plain(typed)
    assert found["Last note"][0].startswith(f"{plain(typed)} (`ops-7`, ")
    assert found["Needs attention"] == [plain(typed)]
    assert found["Last refused"] == [f"`hold`{plain(f' at 10:00: {typed}')}"]
