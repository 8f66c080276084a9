"""A command of an update is its message: options by name, type and help from the fields, an example from the table."""

import shlex
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

import pytest
from pydantic import Field

from domain.device.kind import DEVICE
from domain.device.state import DeviceState
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.mails import MailState
from domain.order.mails import OrderMail
from domain.order.messages import Offering
from domain.order.state import OrderState
from domain.order.view import order_view
from domain.placeholder import PLACEHOLDER
from domain.trial.state import TrialState
from domain.trial.view import trial_view
from domain.updates import Update
from domain.values import Identifier, Line, Message, Model, Moment, Person
from starter.__main__ import commands
from starter.console.command_lines import fitting
from starter.console.fields import FieldOption, nested, options_of
from starter.console.ids import any_of, subject
from tests.makers import MONDAY, a_consented_trial, a_renewal, an_order, days
from tests.starter.conftest import Tenure, leaves


class Colour(StrEnum):
    """Of the cover."""

    RED = "red"
    BLUE = "blue"
    GREEN = "green"
    GREY = "grey"


class Place(Model):
    """A place."""

    street: Line = Field(description="With its number.")
    town: Line


class Deliver(Message):
    """Everything that a field can be."""

    title: Line = Field(description="What it is. ORD-01, ORD-02")
    copies: int = 1
    size: Literal["a4", "a3"] = "a4"
    floor: Literal[1, 2] | None = None
    colours: tuple[Colour, ...] = ()
    serial_numbers: tuple[Identifier, ...] = Field(default=(), description="Of all of them (TRL-94).")
    urgent: bool = False
    signed: bool = Field(default=True, description="Somebody signs for it.")
    at: Moment | None = None
    place: Place | None = None
    reader: Person | None = Field(default=None, description="Who reads it.")
    readers: tuple[Person, ...] = ()


OPTIONS = {option.name: option for option in options_of(Deliver)}

AS_A_FILE = "JSON: a file, - for standard input, or '{…}'."

SHOWN = {
    "title": ("--title", "TITLE", "What it is."),
    "copies": ("--copies", "N", ""),
    "size": ("--size", "a4|a3", ""),
    "floor": ("--floor", "1|2", ""),
    "colours": ("--colour", "COLOUR", "Of the cover. One of red, blue, green, grey. Repeat it for each."),
    "serial_numbers": ("--serial-number", "NUMBER", "Of all of them. Repeat it for each."),
    "urgent": ("--urgent", "URGENT", ""),
    "signed": ("--no-signed", "SIGNED", "Somebody signs for it."),
    "at": ("--at", "WHEN", ""),
    "place_street": ("--place-street", "STREET", "With its number."),
    "place_town": ("--place-town", "TOWN", ""),
    "reader": ("--reader", "FILE", f"Who reads it. {AS_A_FILE}"),
    "readers": ("--readers", "FILE", None),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_field_is_an_option_by_its_name_with_its_own_words(name: str) -> None:
    option, placeholder, said = SHOWN[name]

    assert (OPTIONS[name].option, OPTIONS[name].placeholder) == (option, placeholder)
    if said is not None:
        assert OPTIONS[name].help == said


def test_every_field_has_an_option_and_what_all_messages_say_has_none_of_its_own() -> None:
    assert list(OPTIONS) == list(SHOWN)


def test_values_stand_where_the_message_has_them_and_what_was_not_given_is_left_out() -> None:
    given = {"copies": 0, "colours": [], "urgent": False, "signed": True, "place_town": "Minato-ku", "title": None}

    assert nested(Deliver, given) == {"copies": 0, "signed": False, "place": {"town": "Minato-ku"}}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Said in time. ORD-03.", "Said in time."),
        ("The box (TRL-27), else not (TRL-28)", "The box, else not."),
        ("As SO-100001 has it.", "As SO-100001 has it."),
        ("Some rule. TRL-20 to TRL-25, AMB-9", "Some rule."),
    ],
)
def test_rules_are_left_out_of_help(text: str, left: str) -> None:
    assert FieldOption(("x",), Field(default="", description=text)).help == left  # type: ignore[arg-type]


# What is offered for a lifecycle as it stands.


def held(*offerings: Offering) -> OrderState:
    state = OrderState.placed(an_order("SO-100", Offering.NAMED_HOST, *offerings), MONDAY)
    state.hold_for_compliance(MONDAY, MONDAY + days(7), None)
    return state


def doubtful() -> OrderState:
    state = held()
    state.post(OrderMail.TERMS_WANTED)
    state.mail_reported("order-SO-100/terms_wanted", MailState.UNKNOWN, None, MONDAY)
    return state


OFFERED = {
    ("one is missing", "accept_terms"): (held(Offering.PORT), "accept-terms SO-100 --terms port"),
    ("two are missing", "accept_terms"): (
        held(Offering.PORT, Offering.AUDIO_COMMIT),
        "accept-terms SO-100 --terms 'REPLACE-ME: port or audio'",
    ),
    ("a reason is people's", "cancel"): (held(), "cancel SO-100 --reason REPLACE-ME"),
    ("of a renewal there is nothing to say", "report_site_built"): (
        OrderState.placed(a_renewal("SO-100"), MONDAY),
        "site-built SO-100",
    ),
    ("of a new order there is", "report_site_built"): (
        held(),
        "site-built SO-100 --user-name REPLACE-ME --password-url REPLACE-ME",
    ),
    ("an outcome, too", "settle_mail"): (
        doubtful(),
        "settle-mail SO-100 --mail order-SO-100/terms_wanted --outcome 'REPLACE-ME: sent, resend or leave_out' "
        "--reason REPLACE-ME",
    ),
}


@pytest.mark.parametrize("case", OFFERED, ids=" ".join)
def test_a_command_that_is_offered_makes_nothing_up_and_is_refused_until_it_is_filled_in(
    case: tuple[str, str], tenure: Tenure
) -> None:
    """A bar between choices would be a pipe to the shell: half of the command would run."""
    state, command = OFFERED[case]
    offered = fitting(order_view(state, MONDAY), case[1])
    assert offered == f"tenure order {command}"
    refused = tenure(*shlex.split(offered)[1:])
    if PLACEHOLDER in offered:
        assert (refused.code, f"{PLACEHOLDER} still stands there; put in:" in refused.err) == (2, True)


def test_what_need_not_be_ticked_is_not_ticked_for_anybody() -> None:
    state = TrialState.placed(a_consented_trial("T-1"), MONDAY)
    state.begin(MONDAY)
    assert fitting(trial_view(state, MONDAY), "accept") == "tenure trial accept T-1 [--full-administrator]"


# A lifecycle that no file of the starter knows.


class PosterStage(StrEnum):
    ORDERED = "ordered"
    PRINTED = "printed"


class StartPoster(Message):
    """Somebody wants a poster."""

    poster_id: Annotated[str, Field(pattern=r"^P-[0-9]{4}$")]


class PosterState(DeviceState):
    lifecycle: ClassVar = Lifecycle("poster_print")
    updates: ClassVar = {"send_out": Update(message=Deliver, does="It is on its way.", heading="Posting")}


EXAMPLE = Deliver(by="ops-7", title="Sunflowers, framed", colours=(Colour.RED, Colour.BLUE), reason="it's a present")


@pytest.fixture
def _posters(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = replace(
        DEVICE,
        name=Lifecycle("poster_print"),
        workflow="PosterPrint",
        start=StartPoster,
        id_field="poster_id",
        id_example="P-0001",
        state=PosterState,
        stages=PosterStage,
        examples={"send_out": EXAMPLE},
    )
    monkeypatch.setitem(KINDS, kind.name, kind)


@pytest.mark.usefixtures("_posters")
class TestANewLifecycle:
    def test_has_a_group_with_everything(self, tenure: Tenure) -> None:
        found = {words[1:] for words, _ in leaves(commands()) if words[0] == "poster-print"}

        assert {("start",), ("import",), ("show",), ("list",), ("send-out",), ("hold",), ("forward",)} <= found
        assert "Poster prints: start them" in tenure("--help").out
        assert "Posting" in tenure("poster-print", "--help").out

    def test_shows_how_its_updates_are_sent(self, tenure: Tenure) -> None:
        told = " ".join(tenure("poster-print", "send-out", "--help").out.split())

        assert "It is on its way." in told
        sent = "tenure poster-print send-out P-0001 --title 'Sunflowers, framed' --colour red --colour blue"
        assert f'{sent} --reason "it\'s a present" --by ops-7' in told
        assert "tenure schema poster_print.send_out" in told

    def test_reads_its_ids_as_its_start_has_them(self, tenure: Tenure) -> None:
        assert subject(Lifecycle("poster_print"), "poster_print-P-0002").id == "P-0002"
        assert [str(found) for found in any_of("P-0002")][-1] == "poster print P-0002"
        assert "P-002" not in [found.id for found in any_of("P-002") if found.lifecycle == "poster_print"]
        refused = tenure("poster-print", "show", "p-0002", "--json")
        assert refused.error["message"] == "must be in capital letters, such as P-0001"

    def test_its_messages_are_judged_before_anything_is_sent(self, tenure: Tenure) -> None:
        command = ("poster-print", "send-out", "P-0001")

        assert "--title: is required" in tenure(*command).err
        assert "size: must be one of 'a4' or 'a3'" in tenure(*command, "--title", "x", "--size", "a0").err
        assert "place.street: is required" in tenure(*command, "--title", "x", "--place-town", "Minato-ku").err
        assert "reader.first_name: is required" in tenure(*command, "--title", "x", "--reader", "{}").err

    def test_a_start_is_checked_without_touching_anything(self, tenure: Tenure) -> None:
        assert "poster_id: does not have the form" in tenure("poster-print", "start", '{"poster_id": "x"}').err
