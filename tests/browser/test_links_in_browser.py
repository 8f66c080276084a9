"""Every form behind a link, from the caught mail to the workflow's next state: the real browser, wide and on a phone.

Each form is filled in in another language, so that all four are seen.
"""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

if "CI" not in os.environ:
    pytest.importorskip("playwright", reason="Playwright is not installed")

from playwright.async_api import Page, ViewportSize, expect

from domain.lifecycle import Lifecycle, workflow_id
from domain.order.messages import Offering
from domain.trial.messages import TrialDevice
from domain.values import Language
from tests.browser.visitor import DESKTOP, PHONE, looks_right, served
from tests.browser.web_ui import PATIENCE
from tests.makers import (
    a_consented_trial,
    a_customer,
    a_form,
    a_graduation,
    a_paid_customer_s_trial,
    a_partner,
    a_person,
    an_administrator,
    an_order,
    built,
    cleared,
    days,
    submitted,
)
from tests.support.clock import forward
from tests.support.environment import eventually
from tests.support.link_room import LinkRoom, free_socket, link_room


@dataclass
class Reader:
    """Somebody with a mail and a browser."""

    room: LinkRoom
    page: Page
    asked: set[str] = field(default_factory=set)
    """Hosts that pages asked for anything."""

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.asked.add(request.url.split("/")[2]))

    @asynccontextmanager
    async def follows(self, path: str, size: ViewportSize, shot: str) -> AsyncIterator[Page]:
        """In a browser that knows nothing of us; looked at by axe when the page opens and when it is left."""
        await self.page.context.clear_cookies()
        await self.page.set_viewport_size(size)
        await self.page.goto(f"{self.room.url}{path}")
        await looks_right(self.page, f"{shot}-1")
        yield self.page
        await looks_right(self.page, f"{shot}-2")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader(executable: str) -> AsyncIterator[Reader]:
    """The room with a port, and one page of one browser."""
    async with AsyncExitStack() as held:
        bound = free_socket()
        room = await held.enter_async_context(link_room(bound.getsockname()[1]))
        chromium = await held.enter_async_context(served(room.app, bound, executable))
        context = await chromium.new_context(locale="en-US", timezone_id="UTC")
        context.set_default_timeout(PATIENCE * 1000)
        yield Reader(room, await context.new_page())


def reads(language: Language, email: str, **changes: Any) -> Any:
    """Somebody who reads that language."""
    return a_person(email, language=language, **changes)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_customer_accepts_the_terms_and_the_partner_fills_in_form_a_while_the_worker_is_away(
    reader: Reader,
) -> None:
    """ORD-08 to ORD-11, ORD-15, ORD-33; in Japanese, on a phone. What was typed outlives an error, a closed browser and
    a stopped worker."""
    room = reader.room
    order = await room.start("Order", an_order("SO-700001", Offering.NAMED_HOST, Offering.PORT), "order-SO-700001")
    terms = await room.link("port-terms", "terms_wanted", "SO-700001")
    async with reader.follows(terms, PHONE, "terms-ja-phone") as page:
        await page.get_by_role("button", name="Submit").click()
        await expect(page.locator(".error")).to_have_text("同意いただける場合は、チェックを入れてください。")
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="Submit").click()
        await expect(page.locator(".notice")).to_contain_text("同意いただいています")
    await room.send(order, "clear_compliance", cleared())
    form_a = await room.link("provisioning", "confirmation", "SO-700001")
    async with reader.follows(form_a, PHONE, "form-a-ja-phone") as page:
        await expect(page.locator('[name="form.company_name"]')).to_have_value("赤坂商事")
        await fill(page, a_form_as_typed())
        await page.locator('[name="form.sites[0].named_users"]').fill("20")
        await page.get_by_role("button", name="Submit").click()
        await expect(page.locator("#form-sites-error")).to_contain_text("25")
        await looks_right(page, "form-a-ja-phone-refused")
    async with reader.follows(form_a, PHONE, "form-a-ja-phone-draft") as page:
        await expect(page.locator('[name="form.address1"]')).to_have_value("Akasaka 9-7-1")
        await page.locator('button[value="add form.sites"]').click()
        await page.locator('[name="form.number_of_sites"]').fill("2")
        await page.locator('[name="form.sites[1].url"]').fill("akasaka2.webex.example")
        await page.locator('[name="form.sites[1].named_users"]').fill("5")
        await room.stop_worker()
        await page.get_by_role("button", name="Submit").click()
        await expect(page.locator(".notice.warn")).to_contain_text("しばらくしてから")
        await expect(page.locator('[name="form.sites[1].url"]')).to_have_value("akasaka2.webex.example")
        await room.start_worker()
        await page.get_by_role("button", name="Submit").click()
        await expect(page.locator(".notice.good")).to_contain_text("送信されました")
    assert await room.stage(Lifecycle.ORDER, "SO-700001") == "in_progress.provisioning"
    assert (await room.mail("provisioning_copy", "SO-700001")).kind == "provisioning_copy"


@pytest.mark.asyncio(loop_scope="module")
async def test_the_partner_graduates_the_customer_and_asks_for_an_option(reader: Reader) -> None:
    """ORD-30 and OPT-01; in English, on a wide screen. Fields 17 and 19 appear when they are asked for."""
    room = reader.room
    partner = a_partner(contact=reads(Language.ENGLISH, "desk@hikari.example.com"))
    placed = an_order("SO-700002", ordering_partner=partner, customer=a_customer(company="Akasaka Trading"))
    order = await in_service(room, placed)
    await forward(room.client, order.id, days(15))
    form_b = await room.link("graduation", "graduation_reminder", "SO-700002")
    async with reader.follows(form_b, DESKTOP, "form-b-en") as page:
        comments = page.locator('[name="form.upsell_comments"]')
        await expect(comments).to_be_hidden()
        await fill(page, a_graduation_as_typed())
        await page.get_by_role("group", name="upsell").get_by_label("Yes").check()
        await expect(comments).to_be_visible()
        await page.get_by_role("button", name="Submit").click()
        await expect(page.locator("#form-upsell_comments-error")).to_be_visible()
        await comments.fill("Fifty more licences in spring")
        await page.locator('[name="form.copy_email"]').fill("copy@hikari.example.com")
        await page.get_by_role("button", name="Submit").click()
        await expect(page.locator(".notice.good")).to_contain_text("Customer Success Manager")
    await eventually(lambda: completed(room, "SO-700002"))
    form_e = await room.link("option", "graduation_copy", "SO-700002")
    async with reader.follows(form_e, DESKTOP, "form-e-en") as page:
        await expect(page.locator('[name="logo.image"]')).to_be_hidden()
        await page.locator('[name="kind"]').select_option("logo")
        await expect(page.locator('[name="logo.site"]')).to_be_checked()
        await page.locator('[name="logo.image"]').fill("https://akasaka.example.com/logo.png")
        await page.get_by_role("button", name="Submit").click()
        await expect(page.locator(".notice.good")).to_contain_text("received on")
    asked = await room.mail("option_acknowledged", "web-")
    assert "akasaka.webex.example" in asked.text


@pytest.mark.asyncio(loop_scope="module")
async def test_a_full_administrator_accepts_a_trial_and_nobody_else_can(reader: Reader) -> None:
    """TRL-24 to TRL-27; in Korean, on a phone: the address given is no full administrator's."""
    room = reader.room
    korean = {"language": Language.KOREAN, "zone": "Asia/Seoul"}
    trial = a_consented_trial(
        "T-700001",
        customer=a_customer(id="seoul", company="한강무역", contact=a_person("given@akasaka.example.com", **korean)),
        administrators=(
            an_administrator("x@akasaka.example.com", full=True).model_copy(
                update={"person": a_person("full@akasaka.example.com", **korean)}
            ),
        ),
    )
    await room.start("Trial", trial, "trial-T-700001")
    asked = await room.link("consent", "trial_consent", "T-700001", "given@")
    async with reader.follows(asked, PHONE, "consent-ko-not-full") as page:
        await expect(page.get_by_text("전체 관리자만")).to_be_visible()
        await expect(page.get_by_role("button")).to_have_count(0)
    decides = await room.link("consent", "trial_consent", "T-700001", "full@")
    async with reader.follows(decides, PHONE, "consent-ko-phone") as page:
        assert await room.stage(Lifecycle.TRIAL, "T-700001") == "pending.customer_consent", "looking decides nothing"
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="수락").click()
        await expect(page.locator(".notice.good")).to_be_visible()
    view = await room.state(room.client.get_workflow_handle("trial-T-700001"))
    assert view.stage == "pending.awaiting_provisioning_details"
    assert view.facts["partner_access"] == "full_administrator"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_customer_asks_for_papers_gives_the_device_back_and_wants_no_more_reminders(reader: Reader) -> None:
    """TRL-91, TRL-92, TRL-95; in French, on a phone."""
    room = reader.room
    french = {"language": Language.FRENCH, "zone": "Europe/Paris"}
    now = room.now()
    device = TrialDevice(
        device_id="D-700001", model="Desk Pro", serial_number="FOC7", expires_on=now + timedelta(days=30)
    )
    trial = a_paid_customer_s_trial(
        "T-700002",
        customer=a_customer(
            id="riviere",
            company="Rivière & Fils",
            country="FR",
            zone="Europe/Paris",
            contact=a_person("chef@riviere.example.com", **french),
        ),
        devices=(device,),
    )
    await room.start("Trial", trial, "trial-T-700002")
    loan = room.client.get_workflow_handle("device-D-700001")
    await room.mail("device_eula", "T-700002")
    await forward(room.client, loan.id, days(31))
    links = room.links_in(await room.mail("device_return", "T-700002"))
    async with reader.follows(links["reminders"], PHONE, "reminders-fr-phone") as page:
        await page.get_by_role("button").click()
        await expect(page.locator(".notice.good")).to_be_visible()
    async with reader.follows(links["papers"], PHONE, "papers-fr-phone") as page:
        await page.get_by_label("numéros de série").check()
        await page.get_by_role("button").click()
        await expect(page.locator(".notice.good")).to_be_visible()
    assert "FOC7" in (await room.mail("rma_lookup", "T-700002")).text
    async with reader.follows(links["return"], DESKTOP, "return-fr") as page:
        await page.get_by_role("button").click()
        await expect(page.locator(".notice.good")).to_be_visible()
    assert await room.stage(Lifecycle.DEVICE, "D-700001") == "return_in_transit"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_page_behind_a_link_speaks_another_language_when_asked_and_asks_no_other_host(reader: Reader) -> None:
    room = reader.room
    await room.start("Order", an_order("SO-700003", Offering.NAMED_HOST, Offering.PORT), "order-SO-700003")
    terms = await room.link("port-terms", "terms_wanted", "SO-700003")
    async with reader.follows(terms, DESKTOP, "terms-fr") as page:
        await page.get_by_role("link", name="Français").click()
        await expect(page.locator("h1")).to_have_text("Conditions de dépassement du contrat de ports")
    assert reader.asked == {room.url.removeprefix("http://")}


async def in_service(room: LinkRoom, placed: Any) -> Any:
    """An order whose site is built."""
    order = await room.start("Order", placed, workflow_id(Lifecycle.ORDER, placed.sales_order_number))
    await room.send(order, "clear_compliance", cleared())
    await room.send(order, "submit_provisioning_form", submitted())
    await room.send(order, "report_site_built", built())
    await room.mail("welcome", placed.sales_order_number)
    return order


async def completed(room: LinkRoom, number: str) -> bool:
    """Is the order?"""
    return await room.stage(Lifecycle.ORDER, number) == "completed"


def a_form_as_typed() -> dict[str, Any]:
    """Form A, but for its sites."""
    form = a_form().model_dump(mode="json", exclude={"sites", "number_of_sites", "additional_languages", "reserve"})
    return {f"form.{name}": value for name, value in form.items()} | {
        "form.address1": "Akasaka 9-7-1",
        "form.sites[0].url": "akasaka.webex.example",
    }


def a_graduation_as_typed() -> dict[str, Any]:
    """Form B, but for what is asked for only then."""
    form = a_graduation().model_dump(mode="json", exclude={"upsell", "upsell_comments", "copy_email"})
    person = form.pop("renewal_contact")
    return (
        {f"form.{name}": value for name, value in form.items()}
        | {f"form.renewal_contact.{name}": value for name, value in person.items()}
        | {"form.copy_wanted": True, "form.site_url": "akasaka.webex.example", "form.term_years": 1}
    )


async def fill(page: Page, typed: dict[str, Any]) -> None:
    """Each field as people do it."""
    for name, value in typed.items():
        field = page.locator(f'[name="{name}"]')
        if value is None:
            continue
        if await field.first.get_attribute("type") == "radio":
            said = {True: "yes", False: "no"}.get(value, value)
            await page.locator(f'[name="{name}"][value="{said}"]').check()
        elif await field.evaluate("field => field.tagName") == "SELECT":
            await field.select_option(str(value))
        else:
            await field.fill(str(value))
