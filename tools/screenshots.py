"""The pictures of docs/operator-guide.md, taken of the real Web UI over the real service: `make screenshots`."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from adapters.sql.store import open_store
from adapters.temporal.clock import forward
from domain.account.account import RegisterAccount
from starter.answers.tools import DeskAnswer
from starter.commands.desk import links
from starter.demo.demo import read
from starter.service.service import Ports, Service, service
from tests.browser.web_ui import WebUi, a_page, browser
from tools import ui_examples

ROOT: Final = Path(__file__).resolve().parent.parent

PICTURES: Final = ROOT / "docs" / "screenshots"

ORDER: Final = "order-SO-100001"
TRIAL: Final = "trial-T-1002"
SEVERAL: Final = ("order-SO-100011", "order-SO-100012", "order-SO-100013")

DETAILS: Final = "Current Details"

CASE: Final = "case-C-7001"
LARGE: Final = {"JP": 1000}
"""From how many licences on an account is large, for the picture of a case. AMB-32."""

INTO_GRACE: Final = timedelta(days=95)
"""From the start of a trial of 90 days."""


class Tour:
    """The steps of the guide, in its order."""

    def __init__(self, running: Service, desk: DeskAnswer, ui: WebUi) -> None:
        self.client = running.client
        self.task_queue = running.task_queue
        self.ui = ui
        self.lists_of: Mapping[str, str] = {link.name: link.url for link in desk.filters}
        self.starts: Mapping[str, str] = {link.name: link.url for link in desk.starts}

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
        await self.ui.fill_form(self.starts["a new order"], _example("order.start.new"), ORDER)
        await self.picture("01-start-form", "Start Workflow")
        await self.ui.start(self.starts["a new order"], _example("order.start.new"), ORDER)
        await self.ui.open(ORDER)
        await self.ui.details("SO-100001", "is on compliance hold", "port overage terms")
        await self.picture("02-user-metadata", DETAILS)
        await self.ui.scroll_details_to("What you can send now")
        await self.picture("02b-what-to-send")
        await self.ui.choose_update()
        await self.picture("03-choose-an-update")
        await self.ui.open(ORDER)
        await self.ui.tell("graduate", _example("order.graduate"))
        await self.picture("04-refused")
        await self.ui.open(ORDER)
        await self.ui.tell("clear_compliance", _example("order.clear_compliance"))
        await self.ui.listed(self.lists_of["held without terms"], ORDER)
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

    async def lists(self) -> None:
        """Columns of ours, a view of one's own, and what not to press."""
        page, wanted = self.ui.page, ("TenureStage", "TenureWaitsFor", "TenureDue")
        placed = json.loads(_example("order.start.new"))
        for order in SEVERAL:
            start = placed | {"sales_order_number": order.removeprefix("order-")}
            await self.client.start_workflow("Order", start, id=order, task_queue=self.task_queue)
        await self.ui.listed(self.lists_of["held without terms"], SEVERAL[-1])
        await page.get_by_role("button", name="Configure Columns").click()
        for name in wanted:
            await page.get_by_role("button", name=f"Add {name} column").click()
        for name in ("Run ID", "Start", "End"):
            await page.get_by_role("button", name=f"Remove {name} column").click()
        await self.picture("12-columns")
        await page.get_by_role("button", name="Close Workflows Table configuration").click()
        await page.get_by_role("button", name="Save as New").click()
        await page.get_by_test_id("workflow-save-view-modal-input").fill("Held without terms")
        await page.get_by_role("button", name="Save", exact=True).click()
        await page.get_by_test_id("saved-views-button").click()
        await self.picture("13-saved-view")
        await page.keyboard.press("Escape")
        await page.get_by_role("checkbox").first.evaluate("box => box.click()")
        await self.picture("14-never-terminate")

    async def trial(self) -> None:
        """With consent, into grace, converted at the last moment."""
        consented = _example("trial.start.existing_customer")
        await self.ui.start(self.starts["a trial, with consent"], consented, TRIAL)
        await self.ui.open(TRIAL)
        await self.ui.details("pending.customer_consent")
        await self.picture("09-trial-waits-for-consent", DETAILS)
        await self.tell(TRIAL, "trial.accept", "trial.give_details", "trial.report_services_built")
        await forward(self.client, TRIAL, INTO_GRACE)
        await self.ui.listed(self.lists_of["trials in grace"], TRIAL)
        await self.ui.open(TRIAL)
        await self.ui.details("expired_grace")
        await self.picture("10-trial-in-grace", DETAILS)
        await self.tell(TRIAL, "trial.convert.with_order")
        await self.client.get_workflow_handle(TRIAL).result()
        await self.ui.open(TRIAL, "Timeline")
        await self.picture("11-trial-converted", "Timeline")

    async def case(self, database_url: str) -> None:
        """Of a large-user account: its clocks run."""
        await asyncio.to_thread(_register_accounts, database_url)
        await self.ui.start(self.starts["a support case"], _example("case.start.widget"), CASE)
        await self.tell(CASE, "case.assign", "case.respond")
        await self.ui.open(CASE)
        await self.ui.details("S1 – Critical", "agent-7")
        await self.picture("15-support-case", DETAILS)


def _register_accounts(database_url: str) -> None:
    store = open_store(database_url)
    try:
        store.upsert_accounts(read(ROOT / "examples" / "accounts.jsonl", RegisterAccount), datetime.now(UTC))
    finally:
        store.close()


def _example(name: str) -> str:
    return ui_examples.written(ui_examples.messages()[name])


async def main(*only: str) -> None:
    """A service of our own, one browser, one tour: all of it, or parts of it by their names (`case`)."""
    executable = browser()
    if executable is None:
        sys.exit("no Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        async with (
            service(Path(directory), Ports(0, 0, 0), time_travel=True, thresholds=LARGE) as running,
            a_page(executable) as page,
        ):
            namespace = running.client.namespace
            desk = links(running.server.ui_url, namespace, running.task_queue, datetime.now(UTC))
            tour = Tour(running, desk, WebUi(page, f"{desk.ui}/namespaces/{namespace}/workflows"))
            parts: dict[str, Callable[[], Awaitable[None]]] = {
                "order": tour.order,
                "trial": tour.trial,
                "lists": tour.lists,
                "case": lambda: tour.case(running.database_url),
            }
            for name in only or parts:
                await parts[name]()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
