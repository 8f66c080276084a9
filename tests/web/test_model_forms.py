"""A form of any message: what stands in it is what was said, typed back by a browser, and a refusal is at its field."""

import re
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel

from domain.lifecycles import KINDS, examples_of, updates_of
from domain.order.forms import ProvisioningForm
from domain.order.messages import SubmitForm
from domain.reasons import Problem, Reason
from domain.trial.messages import CancelTrial, ConvertTrial, EditServices, ExtendTrial, Service, StartTrial
from domain.values import Count, Language, Message, Model
from domain.wholesale.messages import ChangeQuantities
from tests.arbitrary import valid
from tests.examples import EXAMPLES
from tests.makers import a_person
from tests.support.html_forms import ids, sent
from web.model_fields import Field
from web.model_forms import ModelForm, Wrong, typed_of
from web.model_values import Typed
from web.pages import TEMPLATES, sheets
from web.reader import Reader

ZONES: Final = ("UTC", "Asia/Tokyo", "Europe/Paris", "Australia/Lord_Howe")
SENT: Final = {
    f"{kind.name} {name}": message for kind in KINDS.values() for name, message in examples_of(kind).items()
} | {
    f"start of {kind.name} {number}": message
    for kind in KINDS.values()
    for number, message in enumerate(EXAMPLES[kind.start])
}
MODELS: Final = sorted({type(message) for message in SENT.values()}, key=lambda model: model.__name__)

SHEET: Final = sheets().from_string(
    '{% import "forms_kit.html" as forms %}{{ forms.summary("Wrong", fields, above) }}{{ forms.fields(fields, say) }}'
)


def page_of(form: ModelForm[Any], typed: Typed, wrong: Wrong | None = None) -> str:
    """As the page has it."""
    problems = wrong.problems if wrong else ()
    say = Reader(Language.ENGLISH, form.zone).say
    above = form.at_no_field(typed, problems)
    return SHEET.render(fields=form.fields(typed, problems), above=above, say=say)


def form_of(message: Message, zone: str) -> ModelForm[Any]:
    """Whoever sends it is known to the page."""
    return ModelForm(type(message), zone=zone, fixed={"by": message.by, "source": message.source.value})


def filled(form: ModelForm[Any], message: BaseModel) -> Typed:
    """The whole message in the inputs."""
    return form.blank(message.model_dump(mode="json"))


def typed_back(form: ModelForm[Any], message: BaseModel) -> Any:
    """Through the page, and back."""
    return form.read(typed_of(sent(page_of(form, filled(form, message)))))


def wrong_of(form: ModelForm[Any], typed: Typed) -> Wrong:
    """What is wrong with it."""
    found = form.read(typed)
    assert isinstance(found, Wrong)
    return found


def errors(fields: tuple[Field, ...]) -> dict[str, tuple[str, ...]]:
    """By the name of the input."""
    return {wrong.name: wrong.errors for each in fields for _, wrong in each.wrong()}


def test_every_update_that_there_is_has_an_example_here() -> None:
    """So that what follows is about all of them."""
    assert {update.message for kind in KINDS.values() for update in updates_of(kind).values()} <= set(MODELS)
    assert {kind.start for kind in KINDS.values()} <= set(MODELS)


def zones_of(message: Message) -> tuple[str, ...]:
    """One will do where no moment is asked for."""
    typed = filled(form_of(message, ZONES[0]), message)
    return ZONES if any(name.endswith(":zone") for name in typed) else ZONES[:1]


@pytest.mark.parametrize(("name", "zone"), [(name, zone) for name in SENT for zone in zones_of(SENT[name])])
def test_a_message_comes_back_from_its_form_as_it_was(name: str, zone: str) -> None:
    message = SENT[name]
    assert typed_back(form_of(message, zone), message) == message


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_any_message_comes_back_from_its_form_as_it_was(model: type[Message]) -> None:
    """Whatever is in it, but for empty texts: in a form those are nothing said."""

    @settings(max_examples=10)
    @given(valid(model, *EXAMPLES[model]).filter(says_something), st.sampled_from(ZONES))
    def comes_back(message: Message, zone: str) -> None:
        assert in_order(typed_back(form_of(message, zone), message)) == in_order(message)

    comes_back()


def in_order(message: Message | Wrong) -> Any:
    """Boxes are ticked in no order."""
    ticked = ("services", "add", "remove", "purchased")
    known = {name: tuple(sorted(getattr(message, name))) for name in ticked if hasattr(message, name)}
    return message.model_copy(update=known) if isinstance(message, Message) else message


def says_something(message: BaseModel) -> bool:
    """Wherever it has a text."""
    return '""' not in message.model_dump_json()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_an_empty_form_says_at_its_fields_what_is_missing(model: type[Message]) -> None:
    """Every required field that stands in it has its error, and the summary leads there."""
    form: ModelForm[Any] = ModelForm(model, zone="UTC", fixed={"by": "ops-7", "source": "operator"})
    typed = form.blank()
    found = form.read(typed)
    wrong = found if isinstance(found, Wrong) else Wrong(())
    page = page_of(form, typed, wrong)
    fields = form.fields(typed, wrong.problems)
    missing = {problem.field for problem in wrong.problems if problem.code is Reason.REQUIRED}
    assert missing <= errors(fields).keys()
    known = ids(page)
    assert len(known) == len(set(known))
    assert set(re.findall(r'href="#([^"]+)"', page)) | set(re.findall(r'aria-describedby="([^" ]+)', page)) <= set(
        known
    )


def test_what_was_typed_stays_however_wrong_it_is() -> None:
    form = ModelForm(ExtendTrial, zone="UTC", fixed={"by": "ops-7"})
    typed = {"days": ["thirty"], "confirm_shorten": ["yes"], "reason": ["<b>why</b>"]}
    wrong = wrong_of(form, typed)
    assert errors(form.fields(typed, wrong.problems)) == {"days": ("must be a whole number.",)}
    assert typed_of(sent(page_of(form, typed, wrong))) == typed


def test_a_number_may_be_typed_as_people_type_it() -> None:
    """In full width, with blanks between thousands."""
    form = ModelForm(ChangeQuantities, zone="UTC", fixed={"by": "ops-7"})
    read = form.read({"version": ["１２"], "packages[0]:name": ["basic"], "packages[0]": ["1 000"]})
    assert isinstance(read, ChangeQuantities)
    assert (read.version, read.packages) == (12, {"basic": 1000})


def test_a_refusal_stands_at_the_row_that_was_typed_also_after_an_empty_one() -> None:
    form = ModelForm(SubmitForm, zone="UTC", fixed={"by": "ops-7"})
    typed = filled(form, SENT["order submit_provisioning_form"])
    moved = {name.replace("form.sites[0]", "form.sites[4]"): texts for name, texts in typed.items()}
    moved |= {"form.sites[0].url": [""], "form.sites[0].named_users": [""], "form.sites[4].named_users": ["many"]}
    wrong = wrong_of(form, moved)
    assert errors(form.fields(moved, wrong.problems)).keys() == {"form.sites[4].named_users"}


def test_fields_of_one_name_are_told_apart_above_the_form() -> None:
    """Two people are asked for, and so are several sites."""
    form = ModelForm(SubmitForm, zone="UTC", fixed={"by": "ops-7"})
    typed = {f"form.sites[{number}].url": ["x" * 300] for number in (0, 3)}
    trial = ModelForm(StartTrial, zone="UTC", fixed={"by": "ops-7"})
    called = [
        name
        for each, said in ((form, typed), (trial, trial.blank()))
        for field in each.fields(said, wrong_of(each, said).problems)
        for name, _ in field.wrong()
    ]
    assert len(called) == len(set(called))
    assert {"Partner › Contact › First name", "Customer › Contact › First name"} <= set(called)
    assert {"Form › Sites 1 › Url", "Form › Sites 2 › Url"} <= set(called)


def test_what_a_workflow_refuses_later_stands_at_the_same_input() -> None:
    """ORD-33: it names the field of the message; in the form an empty row stands before it."""
    form = ModelForm(SubmitForm, zone="UTC", fixed={"by": "ops-7"})
    typed = {"form.sites[1].url": [""], "form.sites[7].url": ["a.example"], "form.sites[7].named_users": ["3"]}
    refused = form.refused(typed, [Problem.of(Reason.DOES_NOT_FIT, "too many", "form.sites[0].named_users")])
    assert errors(form.fields(typed, refused.problems)) == {"form.sites[7].named_users": ("too many.",)}


def test_a_refusal_of_what_is_not_in_the_form_stands_above_it() -> None:
    form = ModelForm(ExtendTrial, zone="UTC", fixed={"by": "ops-7"})
    typed = form.blank()
    problems = [
        Problem.of(Reason.WRONG_STAGE, "cannot extend: the trial is lapsed"),
        Problem.of(Reason.TOO_BIG, "x", "by"),
    ]
    assert form.at_no_field(typed, problems) == ("cannot extend: the trial is lapsed.", "by: x.")
    assert not errors(form.fields(typed, problems))


def test_rows_are_added_and_dropped_by_buttons_and_nothing_else_changes() -> None:
    """Without JavaScript: the page comes back with a row more, or less."""
    form = ModelForm(SubmitForm, zone="UTC", fixed={"by": "ops-7"})
    typed = filled(form, SENT["order submit_provisioning_form"])
    more = form.pressed({**typed, "row": ["add form.sites"]})
    assert more is not None
    assert more.keys() - typed.keys() == {"form.sites[1].url", "form.sites[1].named_users"}
    less = form.pressed({**more, "row": ["drop form.sites[1]"]})
    assert less == typed
    assert form.pressed(typed) is None


@pytest.mark.parametrize(
    "pressed", ["add", "add nothing", "add form", "drop", "drop sites[x]", "add form.sites[0].url"]
)
def test_a_button_that_no_page_of_ours_has_does_no_harm(pressed: str) -> None:
    form = ModelForm(SubmitForm, zone="UTC", fixed={"by": "ops-7"})
    typed = filled(form, SENT["order submit_provisioning_form"])
    assert form.pressed({**typed, "row": [pressed]}) in (None, typed)


def test_a_group_that_nobody_touched_was_not_given() -> None:
    """An optional one: what stands in it are defaults."""
    form = ModelForm(EditServices, zone="UTC", fixed={"by": "ops-7"})
    read = form.read({**form.blank(), "add": ["calling"]})
    assert isinstance(read, EditServices)
    assert (read.add, read.site) == ((Service.CALLING,), None)


def test_what_the_page_says_itself_nobody_can_type() -> None:
    form = ModelForm(CancelTrial, zone="UTC", fixed={"by": "ops-7", "source": "portal"})
    read = form.read({"reason": ["why"], "confirm": ["yes"], "by": ["somebody-else"], "source": ["upstream"]})
    assert isinstance(read, CancelTrial)
    assert (read.by, read.source) == ("ops-7", "portal")
    assert "somebody-else" not in page_of(form, form.blank())


def test_what_is_hidden_is_neither_shown_nor_read() -> None:
    form = ModelForm(
        ConvertTrial, zone="UTC", hidden=frozenset({"order", "provisioning_contact.phone"}), fixed={"by": "u"}
    )
    page = page_of(form, form.blank())
    assert 'name="order.' not in page
    assert "provisioning_contact.phone" not in page
    assert 'name="provisioning_contact.email"' in page


def test_text_of_people_is_never_markup() -> None:
    form = ModelForm(CancelTrial, zone="UTC", fixed={"by": "ops-7"})
    page = page_of(
        form, {"reason": ['"><script>alert(1)</script>']}, Wrong((Problem.of(Reason.UNKNOWN, "<i>", "reason"),))
    )
    assert "<script>" not in page
    assert "<i>" not in page


class Meeting(Model):
    """Moments, in whichever zone."""

    at: AwareDatetime
    guests: Count = 2


def moment(local: str, zone: str, reader: str = "Europe/Paris") -> Any:
    """What is read when somebody types it."""
    found = ModelForm(Meeting, zone=reader).read({"at": [local], "at:zone": [zone]})
    return found.at.isoformat() if isinstance(found, Meeting) else found.problems[0].message


@pytest.mark.parametrize(
    ("local", "zone", "read"),
    [
        ("2026-06-01T09:00", "Asia/Tokyo", "2026-06-01T09:00:00+09:00"),
        ("2026-06-01T09:00", "", "2026-06-01T09:00:00+02:00"),
        ("2026-06-01T09:00", "+05:45", "2026-06-01T09:00:00+05:45"),
        ("2026-06-01T09:00Z", "Asia/Tokyo", "2026-06-01T09:00:00+00:00"),
        ("2026-10-25T02:30", "Europe/Paris", "2026-10-25T02:30:00+02:00"),
        ("2026-03-29T02:30", "Europe/Paris", "does not exist: the clocks of this zone go forward then"),
        ("2026-06-01T09:00", "Mars/Olympus", "must be of a time zone such as Asia/Tokyo"),
        ("2026-06-01T09:00", "../etc/passwd", "must be of a time zone such as Asia/Tokyo"),
        ("soon", "Asia/Tokyo", "must be a date and time such as 2027-03-31T09:00:00+09:00"),
    ],
)
def test_a_moment_is_read_in_its_zone(local: str, zone: str, read: str) -> None:
    """Of two with the same name the first, where clocks go back; none where they go forward."""
    assert moment(local, zone) == read


@given(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)), st.sampled_from(ZONES))
@example(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Paris")
def test_a_moment_is_shown_so_that_the_very_same_is_read(at: Any, zone: str) -> None:
    """Also the second of two that clocks call the same."""
    form = ModelForm(Meeting, zone=zone)
    assert typed_back(form, Meeting(at=at)) == Meeting(at=at)


def test_a_form_asks_nothing_in_the_browser_that_the_model_does_not_ask() -> None:
    """Form A: every field of the model, and no other. ORD-15."""
    form = ModelForm(SubmitForm, zone="UTC", fixed={"by": "ops-7"})
    named = {
        name.partition("[")[0].removeprefix("form.").partition(".")[0] for name, _ in sent(page_of(form, form.blank()))
    }
    unticked = {"existing_customer", "additional_languages"}
    assert named & set(ProvisioningForm.model_fields) == set(ProvisioningForm.model_fields) - unticked


def test_the_templates_of_forms_have_no_style_and_no_script() -> None:
    """CSP."""
    text = (TEMPLATES / "forms_kit.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|<style|style=|\bon[a-z]+=", text)


def test_what_a_page_demands_is_required_though_the_model_would_do_without() -> None:
    """TRL-60: an order, or its number; the page asks for the number only, and says so at its field."""
    form = ModelForm(
        ConvertTrial,
        zone="UTC",
        hidden=frozenset({"order"}),
        demanded=frozenset({"order_number"}),
        fixed={"by": "u", "provisioning_contact": a_person().model_dump(mode="json")},
    )
    typed = {"tier": ["1"], "services": ["meetings"], "order_number": [""]}
    wrong = wrong_of(form, typed)
    assert errors(form.fields(typed, wrong.problems)) == {"order_number": ("is required.",)}
    assert not form.at_no_field(typed, wrong.problems)
    assert isinstance(form.read(typed | {"order_number": ["SO-300001"]}), ConvertTrial)
