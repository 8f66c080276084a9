"""The contract with upstream systems, exported from the code: `python -m tools.contract --write`.

It writes `docs/schemas/v<version>/<lifecycle>.<message>.json` and the blocks of `docs/upstream-contract.md` that stand
between `<!-- generated: NAME -->` and `<!-- end -->`. It never overwrites a schema with one that breaks its readers.
`--against REF` compares with the schemas of another commit, for a pipeline that does not trust the checkout.
"""

import functools
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

from pydantic import BaseModel
from temporalio import workflow

from adapters.settings import Settings
from adapters.temporal.converter import UNKNOWN_WORKFLOW
from domain.compliance.standing import NAME as COMPLIANCE
from domain.device.messages import StartDeviceLoan
from domain.lifecycle import Lifecycle, workflow_id
from domain.lifecycles import KINDS, examples_of
from domain.operator_updates import OPERATOR_EXAMPLES
from domain.order.messages import PlaceOrder
from domain.reasons import Problem, Reason
from domain.trial.messages import StartTrial
from domain.values import BAD_INPUT, REFUSED, Message
from domain.view import LifecycleView
from starter.console.exits import MEANING
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

PAGE: Final = "docs/upstream-contract.md"
SCHEMAS: Final = "docs/schemas"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
START: Final = "start"
ANSWER: Final = "answer.life_view"
PROBLEM: Final = "error.problem"

WHAT_TO_DO: Final = """\
{name} would break systems that keep to {file}:
{gaps}
Either keep the promise: leave old fields and values accepted, make a new field optional.
Or make a new version: raise "{name}" to {next} in VERSIONS of tools/contract.py, run
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


# What there is.


def stories() -> dict[Lifecycle, type]:
    """The workflow of each lifecycle."""
    return {get_args(story.__orig_bases__[0])[0].lifecycle: story for story in WORKFLOWS}


def definition(lifecycle: Lifecycle) -> Any:
    """What Temporal knows about a workflow: its type, its updates."""
    return workflow._Definition.must_from_class(stories()[lifecycle])


@functools.cache
def entries() -> dict[str, Entry]:
    """Every message by name, `order.start`, `order.cancel`, and what every update answers."""
    found = {}
    for lifecycle in stories():
        if said := starts().get(lifecycle):
            found[f"{lifecycle}.{START}"] = Entry(type(said), said, _first_line(type(said)))
        for name, update in sorted(definition(lifecycle).updates.items()):
            text = str(update.description or "").partition(" Example: ")[0]
            found[f"{lifecycle}.{name}"] = Entry(update.arg_types[0], _examples(lifecycle)[name], text)
    answered: dict[str, type[BaseModel]] = {ANSWER: LifecycleView, PROBLEM: Problem}
    return found | {name: Entry(model, None, _first_line(model)) for name, model in answered.items()}


def _first_line(model: type) -> str:
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


# Schemas.


def schema_of(name: str) -> dict[str, Any]:
    """A message's or answer's schema as the code says now."""
    entry, version = entries()[name], VERSIONS.get(name, 1)
    mode = "serialization" if entry.is_answer else "validation"
    found: dict[str, Any] = entry.model.model_json_schema(mode=mode)  # type: ignore[arg-type]
    found = opened(found) if entry.is_answer else found
    found |= {STABLE_VALUES: {"code": sorted(Reason)}} if entry.model is Problem else {}
    head = {"$schema": DIALECT, "$id": f"tenure:v{version}/{name}", "x-tenure-version": version}
    return head | found | ({"examples": [json.loads(one_line(entry.said))]} if entry.said else {})


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


def written(schema: Mapping[str, Any]) -> str:
    """As a file: the same text whatever the order of fields in the code."""
    return json.dumps(_in_order(schema), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _in_order(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_order(each) for each in value]
    if isinstance(value, Mapping):
        found = {name: _in_order(each) for name, each in value.items()}
        return found | ({"required": sorted(found["required"])} if isinstance(found.get("required"), list) else {})
    return value


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
            "sending it, add it to RETIRED of tools/contract.py"
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


# The page.

BLOCK: Final = re.compile(r"(<!-- generated: (?P<name>[a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def page(text: str) -> str:
    """The page with every block as the code says now."""
    return BLOCK.sub(lambda found: found[1] + _block(*found["name"].split()) + "\n" + found[3], text)


def _block(kind: str, *of: str) -> str:
    return WRITERS[kind](*of)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows))


def workflows() -> str:
    """Every workflow type and the rule of its id."""
    rows = []
    for lifecycle, story in stories().items():
        key = f"<{KINDS[lifecycle].id_field}>"
        started = STARTED_BY_US.get(lifecycle) or link(f"{lifecycle}.{START}")
        rows.append(
            (
                f"`{definition(lifecycle).name}`",
                _first_line(story).partition(" Id ")[0],
                f"`{workflow_id(lifecycle, key)}`",
                started,
            )
        )
    return table(("type", "what it is", "workflow id", "started by"), rows)


def link(name: str) -> str:
    """To its schema, from the page."""
    file = file_of(name).removeprefix("docs/")
    return f"[{name}]({file})"


def messages(of: str) -> str:
    """Every message of a lifecycle, or of the desk, which every lifecycle takes."""
    lifecycle = Lifecycle.ORDER if of == "desk" else Lifecycle(of)
    found = {name.partition(".")[2]: entry for name, entry in entries().items() if name.startswith(f"{lifecycle}.")}
    mine = {name: entry for name, entry in found.items() if (name in OPERATOR_EXAMPLES) is (of == "desk")}
    return "\n\n".join(_message(of, name, entry) for name, entry in mine.items())


def _message(of: str, name: str, entry: Entry) -> str:
    every = of == "desk"
    links = ", ".join(link(f"{lifecycle}.{name}") for lifecycle in (stories() if every else [Lifecycle(of)]))
    kind = f"start of `{definition(Lifecycle(of)).name}`" if name == START else f"update `{name}`"
    example = one_line(entry.said) if entry.said else ""
    return f"**{kind}** – {entry.purpose} Schema: {links}\n\n```json\n{example}\n```"


def answers() -> str:
    """The one answer, field by field."""
    schema = schema_of(ANSWER)
    names = ", ".join(f"`{name}`" for name in schema["properties"])
    return f"`LifecycleView`, {link(ANSWER)}: {schema['description']} Its fields: {names}."


def errors() -> str:
    """Failure types that say all there is to say, and what to do about each."""
    rows = [
        (
            f"`{BAD_INPUT}`",
            "It does not read as its model; one line for each field, never with a value you sent.",
            "Correct the message. Sending it again as it is gets the same answer. An order whose start failed so "
            "took no SO#: start it again (with the starter: `--again`).",
        ),
        (
            f"`{REFUSED}`",
            "It reads well and is not allowed as things stand; nothing was changed. The text says what would be.",
            "Query `state`: either it is done already (see Idempotency), or `can_send` says what comes first.",
        ),
        (
            f"`{UNKNOWN_WORKFLOW}`",
            "A start that names no workflow type of ours; the workflow failed at once.",
            "Correct the type; the text names those there are. The id may be used again.",
        ),
    ]
    return table(("type", "means", "what to do"), rows)


def codes() -> str:
    """Every code of a refusal."""
    return table(("code", "the field, or the whole if none is named"), [(f"`{each}`", each.meaning) for each in Reason])


def exits() -> str:
    """Exit codes of the starter."""
    return table(("code", "in JSON", "meaning"), [(str(e.value), f"`{e.code}`", said) for e, said in MEANING.items()])


def queue() -> str:
    """The task queue, unless an installation says otherwise."""
    return f"Task queue: `{Settings.model_fields['task_queue'].default}`, unless `TENURE_TASK_QUEUE` says otherwise."


WRITERS: Final[Mapping[str, Callable[..., str]]] = {
    writer.__name__: writer for writer in (workflows, messages, answers, errors, codes, exits, queue)
}
"""By the first word of a block's name."""


# The command.


def stale() -> dict[str, str]:
    """Files that differ from the code, and what they should be."""
    wanted = {file_of(name): written(schema_of(name)) for name in entries()}
    wanted[PAGE] = page(kept(PAGE) or "")
    return {file: text for file, text in wanted.items() if kept(file) != text}


def main(words: Sequence[str]) -> int:
    """1 if something is broken, or was not up to date and nobody asked to write it."""
    read = of_commit(words[words.index("--against") + 1]) if "--against" in words else kept
    if problems := list(breaches(read)):
        sys.stdout.write("\n\n".join(problems) + "\n")
        return 1
    found = stale()
    for file, text in found.items():
        if "--write" in words:
            (ROOT / file).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / file).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{file} {'written' if '--write' in words else 'is not up to date'}\n")
    return 1 if found and "--write" not in words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
