"""What is shown of what numbers, columns and statuses mean."""

from rich.text import Text

from domain.hub.definitions import DEFINITIONS
from starter.answers.hub import HubDefinition, HubDefinitionsAnswer
from starter.console.exits import Exit, Stop
from starter.console.terminal import terminal
from starter.reach import gate


def show_definitions(beginning: str) -> None:
    """Those whose key begins so."""
    found = [each for key, each in DEFINITIONS.items() if key.startswith(beginning)]
    if not found:
        raise Stop(Exit.NOT_FOUND, "nothing is defined under a key that begins so: tenure hub definitions", "KEY")
    policy = gate.settings().hub.policy
    for each in found:
        terminal.say(Text(each.key, "bold"), Text(" ".join(each.rules), "dim"))
        terminal.say(f"  {each.said(policy)}")
    told = tuple(HubDefinition(key=each.key, rules=each.rules, formula=each.said(policy)) for each in found)
    terminal.answer(HubDefinitionsAnswer(definitions=told))
