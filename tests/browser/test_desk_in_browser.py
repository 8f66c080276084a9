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
from typing import Any, Final

import pytest
import pytest_asyncio

from starter.commands.desk import links
from starter.service.service import Ports, Service, service

if "CI" not in os.environ:
    pytest.importorskip("playwright", reason="Playwright is not installed")

from tests.browser.web_ui import WebUi, a_page
from tests.support.clock import forward
from tools.ui_examples import invented

ORDER: Final = "order-SO-100001"
TRIAL: Final = "trial-T-1002"
PAID_ORDER: Final = "order-SO-300001"

WARNED: Final = timedelta(days=84)
"""From the start of a trial of 90 days: a week before its end it warns, and 30 days from then on make it longer."""

ME: Final = {"by": "ops-7"}
WHY: Final = ME | {"reason": "asked by the customer"}
SITE: Final = {"user_name": "akasaka-admin", "password_url": "https://akasaka.webex.example/password/one-time"}
SOMEBODY: Final = {
    "first_name": "Ken",
    "last_name": "Sato",
    "email": "ken.sato@hikari.example.com",
    "language": "ja",
    "zone": "Asia/Tokyo",
}


@dataclass(frozen=True)
class Desk:
    """What an operator has: a browser, and the links."""

    ui: WebUi
    lists: Mapping[str, str]
    starts: Mapping[str, str]
    """The forms, by name."""

    invented: Mapping[str, str]
    """Files to try things out with."""

    async def start(self, form: str, example: str, workflow_id: str) -> None:
        """By the form."""
        await self.ui.start(self.starts[form], self.invented[example], workflow_id)
        await self.ui.open_started()

    async def find(self, name: str, workflow_id: str) -> None:
        """By the link of a list."""
        async with self.ui.another_tab() as tab:
            await tab.listed(self.lists[name], workflow_id)


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
            {link.name: link.url for link in found.starts},
            invented(),
        )


@pytest.mark.asyncio(loop_scope="module")
async def test_an_order_is_started_refused_held_found_and_graduates(desk: Desk) -> None:
    ui = desk.ui
    await desk.start("a new order", "order.start.new", ORDER)
    await ui.details("SO-100001", "is on compliance hold", "→ Compliance hold", "port overage terms")

    refused = await ui.tell("graduate")
    assert refused.startswith("by: REPLACE-ME still stands there"), "nothing is taken as it is offered"
    await ui.close_dialog()
    refused = await ui.tell("graduate", desk.invented["order.graduate"])
    assert refused == "cannot graduate: the order is held; this is possible while it is in_progress.service_ready"
    await ui.close_dialog()
    await ui.details("Last refused", refused)

    await ui.send("hold", **WHY)
    await ui.details("Stopped by an operator", gone="Last refused")
    await ui.send("put_note", **ME, text="The partner called.")
    await desk.find("awaiting me, operations", ORDER)
    await ui.send("resume", **WHY)
    await ui.details(gone="Stopped by an operator")

    await ui.send("clear_compliance", **ME)
    await ui.send("accept_terms", **ME)
    await ui.details("✓ Compliance hold", "→ Provisioning form")

    await ui.send("submit_provisioning_form", **ME, form=a_form(desk, "order.submit_provisioning_form"))
    await ui.details("✓ Provisioning form", "→ Site build")
    offered = await ui.offered("report_site_built", **ME)
    assert "password_url: REPLACE-ME still stands there" in await ui.tell("report_site_built", offered)
    await ui.close_dialog()
    await ui.send("report_site_built", **ME, **SITE)
    await ui.details("✓ Site build", "✓ Welcome", "→ Graduation")
    await desk.find("awaiting the partner", ORDER)
    await ui.send("graduate", **ME, form=a_form(desk, "order.graduate"))
    await ui.details("is completed", "✓ Graduation")
    await ui.closed("Completed")


def a_form(desk: Desk, name: str) -> dict[str, Any]:
    """A form as somebody filled it in."""
    form: dict[str, Any] = json.loads(desk.invented[name])["form"]
    return form


@pytest.mark.asyncio(loop_scope="module")
async def test_a_trial_is_consented_to_extended_and_converted_by_an_order(running: Service, desk: Desk) -> None:
    ui = desk.ui
    await desk.start("a trial, with consent", "trial.start.existing_customer", TRIAL)
    await ui.details("pending.customer_consent", "→ Consent")
    await ui.send("accept", **ME, full_administrator=True)
    await ui.details("✓ Consent")
    await ui.send("give_details", **ME)
    await ui.details("services built: meetings")
    await ui.send("report_services_built", **ME)
    await ui.details("→ Trialing", "extend – from")

    await forward(running.client, TRIAL, WARNED)
    warned = await ui.details("days count from today")
    end = re.search(r"[-\d]+ 24:00 JST: Trial expires", warned)
    assert end
    await ui.send("extend", **ME, days=30)
    await ui.details("Trial expires", gone=end[0])

    order = json.loads(desk.invented["order.start.new"]) | {"sales_order_number": PAID_ORDER.removeprefix("order-")}
    order["customer"] = json.loads(desk.invented["trial.start.existing_customer"])["customer"]
    async with ui.another_tab() as tab:
        await tab.start(desk.starts["a new order"], json.dumps(order, ensure_ascii=False), PAID_ORDER)
        await tab.open_started()
        await tab.details("SO-300001 (customer aoyama", "is on compliance hold")
        await tab.listed(desk.lists["trials that may be converted"], TRIAL)
    await ui.send("convert", **ME, tier=1, order_number=order["sales_order_number"], **SOMEBODY)
    await ui.details("was converted", "✓ Converted")
