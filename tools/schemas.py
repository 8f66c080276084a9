"""Messages and answers of the contract with upstream systems, their schemas, and what would break its readers."""

import functools
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

from pydantic import BaseModel
from temporalio import workflow

from domain.compliance.standing import NAME as COMPLIANCE
from domain.device.messages import StartDeviceLoan
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, examples_of
from domain.operator_updates import OPERATOR_EXAMPLES
from domain.order.messages import PlaceOrder
from domain.reasons import Problem, Reason
from domain.trial.messages import StartTrial
from domain.values import Message
from domain.view import LifecycleView
from starter.answers import schemas
from tools.compatibility import STABLE_VALUES, Gap, gaps
from workflows.registry import WORKFLOWS

ROOT: Final = Path(__file__).resolve().parent.parent

VERSIONS: Final[Mapping[str, int]] = {}
"""Messages whose version is not 1 any more: `{"order.start": 2}`. Schemas of earlier versions stay where they are."""

RETIRED: Final[frozenset[str]] = frozenset()
"""Messages nobody takes any more; their schemas stay where they are."""

STARTED_BY_US: Final[Mapping[Lifecycle, str]] = {
    Lifecycle.SUBSCRIPTION: "an order, when its site is built; never by you",
    COMPLIANCE: "the customer that it is about; never by you",
}
"""Lifecycles only our own workflows start, and which."""

INTERNAL_STARTS: Final = frozenset(STARTED_BY_US)

SCHEMAS: Final = "docs/schemas"
START: Final = "start"
ANSWER: Final = "answer.life_view"
PROBLEM: Final = "error.problem"

WHAT_TO_DO: Final = """\
{name} would break systems that keep to {file}:
{gaps}
Either keep the promise: leave old fields and values accepted, make a new field optional.
Or make a new version: raise "{name}" to {next} in VERSIONS of tools/schemas.py, run
`python -m tools.contract --write`,
leave {file} where it is, and tell the systems that send or read it before the release."""


class Entry(NamedTuple):
    """One message or answer of the contract."""

    model: type[BaseModel]
    said: BaseModel | None = None
    purpose: str = ""

    @property
    def is_answer(self) -> bool:
        """Do we say it? Else it is said to us."""
        return not issubclass(self.model, Message)


def classes() -> dict[Lifecycle, type]:
    """The workflow of each lifecycle."""
    return {get_args(each.__orig_bases__[0])[0].lifecycle: each for each in WORKFLOWS}


def definition(lifecycle: Lifecycle) -> Any:
    """What Temporal knows about a workflow: its type, its updates."""
    return workflow._Definition.must_from_class(classes()[lifecycle])


@functools.cache
def entries() -> dict[str, Entry]:
    """Every message by name, `order.start`, `order.cancel`, and what every update answers."""
    found = {}
    for lifecycle in classes():
        if said := starts().get(lifecycle):
            found[f"{lifecycle}.{START}"] = Entry(type(said), said, first_line(type(said)))
        for name, update in sorted(definition(lifecycle).updates.items()):
            text = str(update.description or "").partition(" Example: ")[0]
            found[f"{lifecycle}.{name}"] = Entry(update.arg_types[0], _examples(lifecycle)[name], text)
    answered: dict[str, type[BaseModel]] = {ANSWER: LifecycleView, PROBLEM: Problem}
    return found | {name: Entry(model, None, first_line(model)) for name, model in answered.items()}


def first_line(model: type) -> str:
    """Of its docstring."""
    return (model.__doc__ or "").splitlines()[0]


def _examples(lifecycle: Lifecycle) -> Mapping[str, Message]:
    """One of every update, also of those that this lifecycle always refuses."""
    return {**OPERATOR_EXAMPLES, **examples_of(KINDS[lifecycle])}


def starts() -> dict[Lifecycle, Message]:
    """A valid start of each lifecycle that others start. Of most it is a file of examples/, such as order.json."""
    order = json.loads((ROOT / "examples/order.json").read_text(encoding="utf-8"))
    trial = {
        "by": "partner-hikari",
        "trial_id": "T-1001",
        "kind": "new_customer",
        "partner": order["ordering_partner"],
        "partner_role": "sales_administrator",
        "customer": order["customer"],
        "business_vertical": "Retail",
        "supported_location": True,
        "services": ["meetings"],
    }
    device = {
        "by": "vendor-logistics",
        "device_id": "D-1",
        "trial_id": "T-1001",
        "customer_id": "akasaka",
        "partner_id": "hikari",
        "model": "Desk phone",
        "serial_number": "FOC2301A1BC",
        "expires_on": "2030-03-31T15:00:00Z",
        "country": "JP",
        "zone": "Asia/Tokyo",
        "customer_administrators": 1,
        "partner_administrators": 1,
    }
    given: dict[Lifecycle, tuple[type[Message], dict[str, Any]]] = {
        Lifecycle.ORDER: (PlaceOrder, order),
        Lifecycle.TRIAL: (StartTrial, trial),
        Lifecycle.DEVICE: (StartDeviceLoan, device),
    }
    read = {lifecycle: model.model_validate_json(json.dumps(said)) for lifecycle, (model, said) in given.items()}
    return read | {lifecycle: _start_in_a_file(lifecycle) for lifecycle in KINDS if lifecycle not in WITHOUT_A_FILE}


WITHOUT_A_FILE: Final = INTERNAL_STARTS | {Lifecycle.ORDER, Lifecycle.TRIAL, Lifecycle.DEVICE}
"""Their starts stand here, or are nobody's to send."""


def _start_in_a_file(lifecycle: Lifecycle) -> Message:
    text = (ROOT / f"examples/{lifecycle}.json").read_text(encoding="utf-8")
    start: Message = KINDS[lifecycle].start.model_validate_json(text)
    return start


def schema_of(name: str) -> dict[str, Any]:
    """A message's or answer's schema as the code says now."""
    entry, version = entries()[name], VERSIONS.get(name, 1)
    id_ = f"tenure:v{version}/{name}"
    found = schemas.schema_of(entry.model, id_, answered=entry.is_answer, example=entry.said)
    found = opened(found) if entry.is_answer else found
    found |= {STABLE_VALUES: {"code": sorted(Reason)}} if entry.model is Problem else {}
    return found | {"x-tenure-version": version}


def opened(schema: Any) -> Any:
    """An answer's schema as readers have to take it: every field is there, and more fields and values may come."""
    if isinstance(schema, list):
        return [opened(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: opened(value) for name, value in schema.items() if name not in {"default", "enum"}}
    if isinstance(schema.get("enum"), list):
        found["x-tenure-known-values"] = schema["enum"]
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        # field names are no keywords: none is left out
        found["properties"] = {name: opened(value) for name, value in schema["properties"].items()}
        found |= {"required": list(schema["properties"]), "additionalProperties": True}
    return found


def one_line(message: BaseModel) -> str:
    """JSON to paste."""
    return message.model_dump_json(exclude_defaults=True)


def file_of(name: str) -> str:
    """Where its schema is kept."""
    return f"{SCHEMAS}/v{VERSIONS.get(name, 1)}/{name}.json"


def broken(name: str, committed: Mapping[str, Any], today: Mapping[str, Any]) -> str | None:
    """None, or what breaks and what to do about it."""
    found = gaps(today, committed) if entries()[name].is_answer else gaps(committed, today)
    if not found:
        return None
    lines = "\n".join(f"  {_told(gap, answer=entries()[name].is_answer)}" for gap in found)
    return WHAT_TO_DO.format(name=name, file=file_of(name), gaps=lines, next=VERSIONS.get(name, 1) + 1)


def _told(gap: Gap, *, answer: bool) -> str:
    was, now = (gap.narrower, gap.wider) if answer else (gap.wider, gap.narrower)
    return f"{gap.path or 'the whole'}: {gap.keyword} was {_short(was)}, is {_short(now)}"


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def breaches(read: Callable[[str], str | None]) -> Iterator[str]:
    """Every promise of the files that `read` gives which the code does not keep. A file that is not there is new."""
    for name in entries():
        text = read(file_of(name))
        if text and (problem := broken(name, json.loads(text), schema_of(name))):
            yield problem
    for name in sorted({file.stem for file in (ROOT / SCHEMAS).glob("v*/*.json")} - set(entries()) - RETIRED):
        yield (
            f"{name} is in {SCHEMAS} and nobody takes it any more: bring it back or, once every system has stopped "
            "sending it, add it to RETIRED of tools/schemas.py"
        )


def kept(file: str) -> str | None:
    """A file of the checkout."""
    return (ROOT / file).read_text(encoding="utf-8") if (ROOT / file).exists() else None


def of_commit(reference: str) -> Callable[[str], str | None]:
    """Files of another commit."""

    def read(file: str) -> str | None:
        shown = subprocess.run(["git", "show", f"{reference}:{file}"], cwd=ROOT, capture_output=True, check=False)  # noqa: S603, S607 - our own git
        return shown.stdout.decode() if shown.returncode == 0 else None

    return read
