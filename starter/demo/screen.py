"""What the demo shows while it runs: where every lifecycle stands, and the latest of what happens, in any terminal."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from adapters.mail.catcher import CaughtMail
from domain.view import LifecycleView
from domain.working_time import clock_reading
from starter.demo.acts import Happening
from starter.demo.tables import COLOURS, NONE

MOST_NEWS: Final = 16
LEAST_NEWS: Final = 6
"""Lines of what happens, in a high terminal and in a low one."""

FRAME: Final = 4
"""Lines of every picture: the table's header, the panel's edges, and the one where the cursor stands."""

WIDE: Final = 110
"""Columns of a terminal that has room for whole stages."""

WIDE_ENOUGH: Final = {"waits for": WIDE, "progress": 150}
"""Columns that only a wide terminal shows; ids, stages and deadlines stand whole before there is room for more."""


@dataclass
class Screen:
    """One row for each lifecycle, the latest happenings below; without a terminal only these, a line each."""

    console: Console
    zones: dict[str, str]
    views: dict[str, LifecycleView] = field(default_factory=dict)
    """By workflow id, in the order in which they changed."""

    latest: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_NEWS))
    mails: int = 0
    live: Live | None = None

    def happened(self, happening: Happening, view: LifecycleView) -> None:
        """Show a happening and where its lifecycle stands now."""
        self.views.pop(happening.workflow_id, None)
        self.views[happening.workflow_id] = view
        colour = "yellow" if happening.refused else "default"
        at = self.local(happening.at, happening.workflow_id)
        self.say(f"[dim]{at}[/] [bold]{happening.workflow_id}[/] [{colour}]{escape(happening.text)}[/]")

    def mailed(self, mail: CaughtMail) -> None:
        """Show a mail that went out."""
        self.mails += 1
        self.say(f"[cyan]  mail → {escape(mail.to)}[/]  {escape(mail.subject)}")

    def say(self, line: str) -> None:
        """One more line."""
        self.latest.append(line)
        if self.live is not None:
            self.live.update(self.picture())
        else:
            self.console.print(line, soft_wrap=True)

    def local(self, at: datetime, workflow_id: str) -> str:
        """An instant on the customer's clock."""
        return clock_reading(at, self.zones.get(workflow_id, "UTC")).in_words

    def picture(self) -> Group:
        """The whole screen; it never is higher than the terminal, and the newest line is always on it."""
        room = self.console.height - FRAME
        news = max(LEAST_NEWS, min(MOST_NEWS, room - len(self.views)))
        lines = [Text.from_markup(line, overflow="ellipsis") for line in list(self.latest)[-news:]]
        for line in lines:
            line.no_wrap = True
        title = f"what happens ({self.mails} mails)"
        return Group(
            *self._standing(room - news), Panel(Group(*lines), title=title, title_align="left", height=news + 2)
        )

    def _standing(self, rows: int) -> tuple[Table, *tuple[Text, ...]]:
        """As many as there is room for, the latest to change; of the others how many ended how."""
        fits = len(self.views) <= rows
        names = list(self.views)[0 if fits else -max(1, rows - 1) :]
        table = Table(box=None, pad_edge=False, header_style="bold", expand=True, padding=(0, 1, 0, 0))
        shown = [name for name, width in WIDE_ENOUGH.items() if self.console.width >= width]
        for column, cells in (("lifecycle", names), ("stage", [self._stage(name) for name in names])):
            table.add_column(column, no_wrap=True, min_width=max(map(len, [column, *cells])))
        for column in ("next deadline", *shown):
            table.add_column(column, no_wrap=True, overflow="ellipsis", ratio=1)
        for name in sorted(names):
            table.add_row(*self._row(name, shown))
        if fits:
            return (table,)
        others = Counter(self._stage(name) for name in self.views if name not in names)
        summary = ", ".join(f"{count} {stage}" for stage, count in sorted(others.items()))
        return table, Text(f"and {others.total()} more: {summary}", style="dim", no_wrap=True, overflow="ellipsis")

    def _stage(self, name: str) -> str:
        """`pending.awaiting_provisioning_details` where there is room, else its last part."""
        stage = self.views[name].stage
        return stage if self.console.width >= WIDE else stage.rpartition(".")[2]

    def _row(self, name: str, shown: list[str]) -> list[str]:
        view = self.views[name]
        colour = COLOURS.get(view.stage, "red" if view.attention else "default")
        due = view.deadlines[0] if view.deadlines else None
        more = {
            "waits for": escape(", ".join(f"{each.what} ({each.from_whom})" for each in view.awaiting)) or NONE,
            "progress": " ".join(step.mark for step in view.steps),
        }
        deadline = f"{self.local(due.at, name)} {escape(due.label)}" if due else NONE
        return [name, f"[{colour}]{self._stage(name)}[/]", deadline, *(more[column] for column in shown)]
