"""What forms say to partners: every label and choice in four languages, and none that nobody is shown."""

from collections.abc import Iterator

from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, updates_of
from domain.option.states import OptionStage
from domain.permissions import PARTNERS_SEND, PARTNERS_START
from domain.reasons import Reason
from domain.trial.states import TrialStage
from web.model_forms import NEVER_ASKED
from web.model_shapes import Shape, shape_of
from web.model_values import NO, YES
from web.operations import starts
from web.operations.policy import NOT_ASKED
from web.words import texts

PREFIX = "actions."


def inside(shape: Shape, hidden: frozenset[str]) -> Iterator[Shape]:
    for part in shape.parts.values():
        if part.path not in hidden:
            yield part
            yield from inside(part, hidden)
    if shape.each is not None:
        yield from inside(shape.each, hidden)


def asked() -> Iterator[Shape]:
    """All that partners are asked for."""
    for lifecycle, update in PARTNERS_SEND:
        message = updates_of(KINDS[Lifecycle(lifecycle)])[update].message
        yield from inside(shape_of(message), NEVER_ASKED | NOT_ASKED.get((lifecycle, update), frozenset()))
    for kind in (KINDS[Lifecycle(lifecycle)] for lifecycle in PARTNERS_START):
        fixed = {kind.id_field, "partner_role", "partner_id", "subscription_id", "partner.id"}
        yield from inside(shape_of(kind.start), NEVER_ASKED | starts.NOT_ASKED | fixed)


SHAPES = tuple(asked())


def said(of: str) -> set[str]:
    """Of a set of values, those that have a text."""
    return {name.removeprefix(f"{PREFIX}{of}_") for name in texts() if name.startswith(f"{PREFIX}{of}_")}


def test_every_field_that_partners_are_asked_for_has_a_label_and_no_other() -> None:
    assert said("field") == {shape.path.rpartition(".")[2] for shape in SHAPES}


def test_every_choice_that_partners_have_has_a_text_and_no_other() -> None:
    assert said("choice") == {str(choice) for shape in SHAPES for choice in shape.choices} | {YES, NO}


def test_hints_are_about_fields_that_there_are() -> None:
    assert said("hint") <= {shape.path.replace(".", "_") for shape in SHAPES}


def test_every_stage_that_partners_see_has_a_text_and_no_other() -> None:
    assert said("stage") == {stage.replace(".", "_") for stage in (*TrialStage, *OptionStage)}


def test_a_refusal_is_worded_by_a_code_that_there_is() -> None:
    """In English it is the domain's own words; what has no text of its own is said so in the other languages too."""
    assert said("problem") <= set(Reason)
    assert {Reason.REQUIRED, Reason.WRONG_STAGE, Reason.UNCONFIRMED, Reason.SERVICES_NOT_AVAILABLE} <= said("problem")


def test_every_update_and_start_of_partners_has_its_title() -> None:
    for lifecycle, update in PARTNERS_SEND:
        assert {f"{PREFIX}{lifecycle}_{update}", f"{PREFIX}{lifecycle}_{update}_does"} <= texts().keys()
    for lifecycle in PARTNERS_START:
        assert {f"{PREFIX}start_{lifecycle}", f"{PREFIX}started_{lifecycle}"} <= texts().keys()
    assert {f"{PREFIX}{lifecycle}" for lifecycle in KINDS} <= texts().keys()
