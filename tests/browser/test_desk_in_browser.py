"""An operator with nothing but the Web UI and the links of `tenure desk`: the real browser, the real service.

What is pasted is what the page shows or the file it names, so a page that offers what is refused fails here. The steps
are those of docs/operator-guide.md.
"""

import json
import os
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
import pytest_asyncio

from adapters.temporal.clock import forward
from starter.desk_links import links
from starter.service import Ports, Service, service

if "CI" not in os.environ:
    pytest.importorskip("playwright", reason="Playwright is not installed")

from tests.browser.web_ui import ROOT, WebUi, a_page, browser

ORDER: Final = "order-SO-100001"
TRIAL: Final = "trial-T-1002"
PAID_ORDER: Final = "order-SO-300001"

WARNED: Final = timedelta(days=84)
"""From the start of a trial of 90 days: a week before its end it warns, and 30 days from then on make it longer."""

SITE: Final = {"user_name": "akasaka-admin", "password_url": "https://akasaka.webex.example/password/one-time"}
CONTACT: Final = {"first_name": "Ken", "last_name": "Sato", "email": "ken.sato@hikari.example.com"}


@dataclass(frozen=True)
class Desk:
    """What an operator has: a browser, and the links."""

    ui: WebUi
    lists: Mapping[str, str]
    starts: Mapping[str, str]
    """The forms, by the id that goes with the example."""

    examples: Mapping[str, str]
    """What to paste into them."""

    async def start(self, workflow_id: str) -> None:
        """By the form, as it is."""
        await self.ui.start(self.starts[workflow_id], self.examples[workflow_id])
        await self.ui.open_started()

    async def find(self, name: str, workflow_id: str) -> None:
        """By the link of a list."""
        async with self.ui.another_tab() as tab:
            await tab.listed(self.lists[name], workflow_id)


@pytest.fixture(scope="module")
def executable() -> str:
    """A browser; without one there is nothing to test, which CI does not accept."""
    found = browser()
    if found is None:
        missing = "no Chromium on this machine: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(executable: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """The whole service, once there is a browser to look at it."""
    async with service(tmp_path_factory.mktemp("desk"), Ports(0, 0, 0), time_travel=True) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(running: Service, executable: str) -> AsyncIterator[Desk]:
    """One browser for all."""
    namespace = running.client.namespace
    found = links(running.server.ui_url, namespace, running.task_queue, datetime.now(UTC))
    async with a_page(executable, plain=True) as page:
        yield Desk(
            WebUi(page, f"{found.ui}/namespaces/{namespace}/workflows"),
            {link.name: link.url for link in found.filters},
            {link.workflow_id: link.url for link in found.starts},
            {link.workflow_id: (ROOT / link.example).read_text(encoding="utf-8") for link in found.starts},
        )


@pytest.mark.asyncio(loop_scope="module")
async def test_an_order_is_started_refused_held_found_and_graduates(desk: Desk) -> None:
    ui = desk.ui
    await desk.start(ORDER)
    await ui.details("SO-100001", "is on compliance hold", "→ Compliance hold", "port overage terms")

    refused = await ui.tell("graduate")
    assert refused == "cannot graduate: the order is held; this is possible while it is in_progress.service_ready"
    await ui.close_dialog()
    await ui.details("Last refused", refused)

    await ui.send("hold")
    await ui.details("Stopped by an operator", gone="Last refused")
    await ui.send("put_note")
    await desk.find("awaiting me, operations", ORDER)
    await ui.send("resume")
    await ui.details(gone="Stopped by an operator")

    await ui.send("clear_compliance")
    await ui.send("accept_terms")
    await ui.details("✓ Compliance hold", "→ Provisioning form")

    await ui.send("submit_provisioning_form")
    await ui.details("✓ Provisioning form", "→ Site build")
    assert await ui.tell("report_site_built", await ui.offered("report_site_built")), "a placeholder is no address"
    await ui.close_dialog()
    await ui.send("report_site_built", **SITE)
    await ui.details("✓ Site build", "✓ Welcome", "→ Graduation")
    await desk.find("awaiting the partner", ORDER)
    await ui.send("graduate")
    await ui.details("is completed", "✓ Graduation")
    await ui.closed("Completed")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_trial_is_consented_to_extended_and_converted_by_an_order(running: Service, desk: Desk) -> None:
    ui = desk.ui
    await desk.start(TRIAL)
    await ui.details("pending.customer_consent", "→ Consent")
    await ui.send("accept")
    await ui.details("✓ Consent")
    await ui.send("give_details")
    await ui.details("services built: meetings")
    await ui.send("report_services_built")
    await ui.details("→ Trialing", "extend – from")

    await forward(running.client, TRIAL, WARNED)
    warned = await ui.details('"days":30')
    end = re.search(r"[-\d]+ 24:00 JST: Trial expires", warned)
    assert end
    await ui.send("extend")
    await ui.details("Trial expires", gone=end[0])

    order = json.loads(desk.examples[ORDER]) | {"sales_order_number": PAID_ORDER.removeprefix("order-")}
    order["customer"] = json.loads(desk.examples[TRIAL])["customer"]
    async with ui.another_tab() as tab:
        await tab.start(desk.starts[ORDER], json.dumps(order, ensure_ascii=False), PAID_ORDER)
        await tab.open_started()
        await tab.details("SO-300001 (customer aoyama", "is on compliance hold")
        await tab.listed(desk.lists["trials that may be converted"], TRIAL)
    await ui.send("convert", order_number=order["sales_order_number"], **CONTACT)
    await ui.details("was converted", "✓ Converted")
