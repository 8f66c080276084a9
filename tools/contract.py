"""The contract with upstream systems, exported from the code: `python -m tools.contract --write`.

It writes `docs/schemas/v<version>/<lifecycle>.<message>.json` and the blocks of `docs/upstream-contract.md` that stand
between `<!-- generated: NAME -->` and `<!-- end -->`. It never overwrites a schema with one that breaks its readers.
`--against REF` compares with the schemas of another commit, for a pipeline that does not trust the checkout.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from adapters.settings import Settings
from adapters.temporal.converter import UNKNOWN_WORKFLOW
from domain.lifecycle import Lifecycle, workflow_id
from domain.lifecycles import KINDS
from domain.operator_updates import OPERATOR_EXAMPLES
from domain.reasons import Reason
from domain.values import BAD_INPUT, REFUSED
from starter.answers.schemas import written
from starter.console.exits import MEANING
from tools import schemas
from tools.markdown import rewritten, table

PAGE: Final = "docs/upstream-contract.md"


def page(text: str) -> str:
    """The page with every block as the code says now."""
    return rewritten(text, lambda name: WRITERS[name.partition(" ")[0]](*name.split()[1:]))


def workflows() -> str:
    """Every workflow type and the rule of its id."""
    rows = []
    for lifecycle, class_ in schemas.classes().items():
        key = f"<{KINDS[lifecycle].id_field}>"
        started = schemas.STARTED_BY_US.get(lifecycle) or link(f"{lifecycle}.{schemas.START}")
        rows.append(
            (
                f"`{schemas.definition(lifecycle).name}`",
                schemas.first_line(class_).partition(" Id ")[0],
                f"`{workflow_id(lifecycle, key)}`",
                started,
            )
        )
    return table(("type", "what it is", "workflow id", "started by"), rows)


def link(name: str) -> str:
    """To its schema, from the page."""
    file = schemas.file_of(name).removeprefix("docs/")
    return f"[{name}]({file})"


def messages(of: str) -> str:
    """Every message of a lifecycle, or of the desk, which every lifecycle takes."""
    lifecycle = Lifecycle.ORDER if of == "desk" else Lifecycle(of)
    found = {
        name.partition(".")[2]: entry for name, entry in schemas.entries().items() if name.startswith(f"{lifecycle}.")
    }
    mine = {name: entry for name, entry in found.items() if (name in OPERATOR_EXAMPLES) is (of == "desk")}
    return "\n\n".join(_message(of, name, entry) for name, entry in mine.items())


def _message(of: str, name: str, entry: schemas.Entry) -> str:
    every = of == "desk"
    links = ", ".join(link(f"{lifecycle}.{name}") for lifecycle in (schemas.classes() if every else [Lifecycle(of)]))
    kind = f"start of `{schemas.definition(Lifecycle(of)).name}`" if name == schemas.START else f"update `{name}`"
    example = schemas.one_line(entry.said) if entry.said else ""
    return f"**{kind}** – {entry.purpose} Schema: {links}\n\n```json\n{example}\n```"


def answers() -> str:
    """The one answer, field by field."""
    schema = schemas.schema_of(schemas.ANSWER)
    names = ", ".join(f"`{name}`" for name in schema["properties"])
    return f"`LifecycleView`, {link(schemas.ANSWER)}: {schema['description']} Its fields: {names}."


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


def stale() -> dict[str, str]:
    """Files that differ from the code, and what they should be."""
    wanted = {schemas.file_of(name): written(schemas.schema_of(name)) for name in schemas.entries()}
    wanted[PAGE] = page(schemas.kept(PAGE) or "")
    return {file: text for file, text in wanted.items() if schemas.kept(file) != text}


def main(words: Sequence[str]) -> int:
    """1 if something is broken, or was not up to date and nobody asked to write it."""
    read = schemas.of_commit(words[words.index("--against") + 1]) if "--against" in words else schemas.kept
    if problems := list(schemas.breaches(read)):
        sys.stdout.write("\n\n".join(problems) + "\n")
        return 1
    found = stale()
    for file, text in found.items():
        if "--write" in words:
            (schemas.ROOT / file).parent.mkdir(parents=True, exist_ok=True)
            (schemas.ROOT / file).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{file} {'written' if '--write' in words else 'is not up to date'}\n")
    return 1 if found and "--write" not in words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
