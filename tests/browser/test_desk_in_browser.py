"""An operator with nothing but the Web UI and the links of `tenure desk`: the real browser, the real service."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from starter.desk_links import DeskAnswer, links
from starter.service import Ports, Service, service

if "CI" not in os.environ:
    pytest.importorskip("playwright", reason="Playwright is not installed")

from tests.browser.web_ui import WebUi, a_page, browser

UI_EXAMPLES = Path(__file__).parents[2] / "examples" / "ui"

ORDER = "order-SO-100001"


def example(name: str) -> str:
    """What an operator pastes."""
    return (UI_EXAMPLES / f"{name}.json").read_text(encoding="utf-8")


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
    async with service(tmp_path_factory.mktemp("desk"), Ports(0, 0, 0)) as started:
        yield started


@pytest.fixture
def desk(running: Service) -> DeskAnswer:
    """The links an operator has."""
    return links(running.server.ui_url, running.client.namespace, running.task_queue, datetime.now(UTC))


@pytest.mark.asyncio(loop_scope="module")
async def test_an_order_is_started_refused_moved_on_and_found(
    running: Service, desk: DeskAnswer, executable: str
) -> None:
    lists = {link.name: link.url for link in desk.filters}
    start = next(link for link in desk.starts if link.workflow_id == ORDER)
    async with a_page(executable) as page:
        ui = WebUi(page, f"{desk.ui}/namespaces/{running.client.namespace}/workflows")

        await ui.start(start.url, (UI_EXAMPLES.parents[1] / start.example).read_text(encoding="utf-8"))
        await ui.open(ORDER)
        await ui.details("SO-100001", "is on compliance hold", "→ Compliance hold", "port overage terms")

        refused = await ui.tell("graduate", example("order.graduate"))
        assert refused == "cannot graduate: the order is held; this is possible while it is in_progress.service_ready"
        await ui.close_dialog()

        assert not await ui.tell("clear_compliance", example("order.clear_compliance"))
        assert not await ui.tell("accept_terms", example("order.accept_terms"))
        await ui.details("✓ Compliance hold", "→ Provisioning form")

        await ui.listed(lists["awaiting the partner"], ORDER)
