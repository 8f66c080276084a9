"""The pictures of docs/operator-guide.md, taken of the real Web UI over the real service: `make screenshots`."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from adapters.temporal.clock import forward  # noqa: E402 - found by the line above
from starter.desk_links import links  # noqa: E402
from starter.service import Ports, Service, service  # noqa: E402
from starter.tool_answers import DeskAnswer  # noqa: E402
from tests.browser.web_ui import WebUi, a_page, browser  # noqa: E402

PICTURES: Final = ROOT / "docs" / "screenshots"
UI_EXAMPLES: Final = ROOT / "examples" / "ui"

ORDER: Final = "order-SO-100001"
TRIAL: Final = "trial-T-1002"

DETAILS: Final = "Current Details"

INTO_GRACE: Final = timedelta(days=95)
"""From the start of a trial of 90 days."""


class Tour:
    """The steps of the guide, in its order."""

    def __init__(self, running: Service, desk: DeskAnswer, ui: WebUi) -> None:
        self.client = running.client
        self.ui = ui
        self.lists: Mapping[str, str] = {link.name: link.url for link in desk.filters}
        self.starts: Mapping[str, str] = {link.workflow_id: link.url for link in desk.starts}

    async def picture(self, name: str, heading: str | None = None) -> None:
        """Keep what is seen."""
        await self.ui.picture(PICTURES / f"{name}.png", heading)
        sys.stdout.write(f"  {name}.png\n")

    async def tell(self, workflow_id: str, *names: str) -> None:
        """What is not shown is told without the browser: `order.clear_compliance` is a file."""
        handle = self.client.get_workflow_handle(workflow_id)
        for name in names:
            await handle.execute_update(name.split(".")[1], json.loads(_example(name)))

    async def order(self) -> None:
        """From the form to graduation."""
        await self.ui.fill_form(self.starts[ORDER], _example("order.start.new"))
        await self.picture("01-start-form", "Start Workflow")
        await self.ui.start(self.starts[ORDER], _example("order.start.new"))
        await self.ui.open(ORDER)
        await self.ui.details("SO-100001", "is on compliance hold", "port overage terms")
        await self.picture("02-user-metadata", DETAILS)
        await self.ui.choose_update()
        await self.picture("03-choose-an-update")
        await self.ui.open(ORDER)
        await self.ui.tell("graduate", _example("order.graduate"))
        await self.picture("04-refused")
        await self.ui.open(ORDER)
        await self.ui.tell("clear_compliance", _example("order.clear_compliance"))
        await self.ui.listed(self.lists["held without terms"], ORDER)
        await self.picture("05-held-without-terms")
        await self.tell(ORDER, "order.accept_terms")
        await self.ui.open(ORDER)
        await self.ui.details("✓ Compliance hold")
        await self.picture("06-tracker-moved", DETAILS)
        await self.tell(ORDER, "order.hold")
        await self.ui.open(ORDER)
        await self.ui.details("Stopped by an operator")
        await self.picture("07-held-by-an-operator", DETAILS)
        await self.tell(ORDER, "order.resume", "order.submit_provisioning_form", "order.report_site_built")
        await self.tell(ORDER, "order.graduate")
        await self.client.get_workflow_handle(ORDER).result()
        await self.ui.open(ORDER, "Timeline")
        await self.picture("08-timeline", "Timeline")

    async def trial(self) -> None:
        """With consent, into grace, converted at the last moment."""
        await self.ui.start(self.starts[TRIAL], _example("trial.start.existing_customer"))
        await self.ui.open(TRIAL)
        await self.ui.details("pending.customer_consent")
        await self.picture("09-trial-waits-for-consent", DETAILS)
        await self.tell(TRIAL, "trial.accept", "trial.give_details", "trial.report_services_built")
        await forward(self.client, TRIAL, INTO_GRACE)
        await self.ui.listed(self.lists["trials in grace"], TRIAL)
        await self.ui.open(TRIAL)
        await self.ui.details("expired_grace")
        await self.picture("10-trial-in-grace", DETAILS)
        await self.tell(TRIAL, "trial.convert.with_order")
        await self.client.get_workflow_handle(TRIAL).result()
        await self.ui.open(TRIAL, "Timeline")
        await self.picture("11-trial-converted", "Timeline")


def _example(name: str) -> str:
    return (UI_EXAMPLES / f"{name}.json").read_text(encoding="utf-8")


async def main() -> None:
    """A service of our own, one browser, one tour."""
    executable = browser()
    if executable is None:
        sys.exit("no Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        async with service(Path(directory), Ports(0, 0, 0), time_travel=True) as running, a_page(executable) as page:
            namespace = running.client.namespace
            desk = links(running.server.ui_url, namespace, running.task_queue, datetime.now(UTC))
            tour = Tour(running, desk, WebUi(page, f"{desk.ui}/namespaces/{namespace}/workflows"))
            await tour.order()
            await tour.trial()


if __name__ == "__main__":
    asyncio.run(main())
