"""What kill -9 does to the hub's weeks, answers behind links, mails sent again and imports: nothing is lost, nothing is
done twice. A1, A2, HUB-16, HUB-60."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from httpx import AsyncClient, HTTPError, Response

from adapters.temporal.hub_schedule import WORKFLOW
from domain.hub.weeks import last_instant_of
from domain.lifecycle import Lifecycle, mail_key
from domain.mails import MailState
from domain.operator import SendAgain
from domain.order.mails import OrderMail
from domain.order.messages import Offering
from domain.subscription.states import SubscriptionEvent
from tests.e2e.killable_web import WHOSE as WEB
from tests.e2e.killable_web import killable_web
from tests.e2e.strikes import armed
from tests.e2e.test_crashes import a_mortal_service, arm, settle, struck
from tests.hub_files import USAGE, a_file
from tests.hub_world import a_subscription
from tests.makers import a_customer, an_order, built, cleared, days, graduated, known, submitted
from tests.support.environment import eventually
from tests.support.html_forms import sent
from tests.support.whole_service import ANY_PORTS, WholeService

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).parents[2]
PAID_BY_FILE = "SO-350001"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def env(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WholeService]:
    """The service with pages; worker and pages die on demand and are restarted at once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("starter.service.service.child", killable_web)
        ports = replace(ANY_PORTS, web=0)
        directory = tmp_path_factory.mktemp("service")
        async with a_mortal_service(directory, ports) as running:
            yield running


# The hub's weeks.


async def test_a2_a_worker_killed_between_two_weeks_and_within_one_closes_each_once_and_whole(
    env: WholeService,
) -> None:
    """HUB-60. It dies after the first week, within the second before it is committed, and when all are closed."""
    await asyncio.to_thread(a_subscription, env.store, "SO-350000", "aoyama", at=datetime.now(UTC) - days(28))
    run = "hub-week-by-hand"
    arm(env, run, "week:kept")
    arm(env, run, "week:written", passes=1)
    arm(env, run, "close_hub_weeks:done")
    closing = await env.client.start_workflow(WORKFLOW, id=run, task_queue=env.task_queue)
    await struck(env, run, "week:kept")
    first = [each.week for each in env.store.weeks()]
    await struck(env, run, "week:written")
    assert [each.week for each in env.store.weeks()] == first, "what was not committed is not there"
    await closing.result()
    await struck(env, run, "close_hub_weeks:done")
    closed = env.store.weeks()
    assert len(first) == 1
    assert len(closed) >= 4
    assert {each.revisions for each in closed} == {1}
    for each in closed:
        assert rows_of(env, each.week) == rows_as_they_were(env, each.week)


def rows_of(env: WholeService, week: date) -> Any:
    """As they were kept."""
    return env.store.week_customers(week), env.store.week_lines(week)


def rows_as_they_were(env: WholeService, week: date) -> Any:
    """As they would be kept now."""
    at = last_instant_of(week)
    return env.store.hub_customers(None, at), env.store.lines(None, at)


# Answers behind links.


@dataclass
class Form:
    """A page behind a link, as somebody has filled it in."""

    browser: AsyncClient
    path: str
    typed: dict[str, str]

    async def pressed(self) -> Response | None:
        """None: whoever was to answer died."""
        try:
            return await self.browser.post(self.path, data=self.typed | {"do": "submit"})
        except HTTPError:
            return None

    async def pressed_until_answered(self) -> Response:
        """As somebody does who sees no answer: 503 while the pages are not connected to the server again."""

        async def look() -> Response | None:
            found = await self.pressed()
            return None if found is None or found.status_code == 503 else found

        answer: Response = await eventually(look)
        return answer


@asynccontextmanager
async def filled_in(path: str, **typed: str) -> AsyncIterator[Form]:
    """In a browser of its own."""
    async with AsyncClient(cookies={"language": "en"}) as browser:
        shown = await browser.get(path)
        yield Form(browser, path, dict(sent(shown.text)) | typed)


async def link(env: WholeService, purpose: str, kind: str, about: str) -> str:
    """As it stands in the mail's text, once it was caught."""

    def caught() -> list[str]:
        mails = (mail.text for mail in env.mails(f"*-{kind}-{about}"))
        return [found for text in mails for found in re.findall(rf"\S+/f/{purpose}\.\S+", text)]

    found: list[str] = await eventually(caught)
    return found[0]


@pytest.mark.parametrize(("point", "number"), [("claimed", "SO-350011"), ("taken", "SO-350012")])
async def test_a2_pages_killed_over_a_decision_have_it_taken_once_by_the_next_press(
    env: WholeService, point: str, number: str
) -> None:
    """Between the claim and the update; between the update and the note that it was answered."""
    order = await env.start_order(an_order(number, Offering.PORT, customer=a_customer(id=f"of-{number}")))
    path = await link(env, "port-terms", "terms_wanted", number)
    arm(env, WEB, point)
    async with filled_in(path, agreed="yes") as form:
        assert await form.pressed() is None
        await struck(env, WEB, point)
        assert env.events(number).count("order.terms_accepted") == (point == "taken")
        answer = await form.pressed_until_answered()
    assert answer.status_code == (303 if point == "claimed" else 409)
    assert point == "claimed" or "accepted on" in answer.text
    await env.settled(order)
    assert env.events(number).count("order.terms_accepted") == 1


async def test_a2_pages_killed_over_a_form_that_may_be_sent_again_start_one_option_request(
    env: WholeService, in_service: str
) -> None:
    """OPT-01. Its link stays good, so nothing but the claim knows that it was taken already."""
    path = await link(env, "option", "graduation_copy", PAID_BY_FILE)
    logo = {"kind": "logo", "logo.image": "https://akasaka.example.com/logo.png"}
    arm(env, WEB, "taken")
    async with filled_in(path, **logo) as form:
        assert await form.pressed() is None
        await struck(env, WEB, "taken")
        assert (await form.pressed_until_answered()).status_code == 303
    requests = await eventually(lambda: env.store.listed(Lifecycle("option")))
    assert [each.linked_to for each in requests] == [in_service]


# Mails that go out once more.


@pytest.mark.parametrize(("point", "number"), [("claimed", "SO-350021"), ("answered", "SO-350022")])
async def test_a1_a_worker_killed_over_a_mail_that_is_sent_again_sends_it_once_more_and_once(
    env: WholeService, point: str, number: str
) -> None:
    """It never left; or it arrived, and an operator finds that out."""
    order = await env.place(an_order(number, Offering.PORT, customer=a_customer(id=f"of-{number}")))
    first = mail_key(Lifecycle.ORDER, number, OrderMail.TERMS_WANTED)
    await eventually(lambda: "mail.sent" in env.events(number))
    arm(env, order.id, point)
    await env.send(order, "send_again", SendAgain(by="ops-7", mail=first, reason="they cannot find it"))
    await struck(env, order.id, point)
    if point == "answered":
        await eventually(lambda: "mail.unknown" in env.events(number))
        await settle(env, order, outcome="sent", of=f"{first}/again-1")
    await env.settled(order)
    assert env.arrived(number) == ["terms_wanted", "terms_wanted"]
    assert len({mail.message_id for mail in env.mails(f"*{number}")}) == 2
    assert [mail.state for mail in env.store.mails(Lifecycle.ORDER, number)] == [MailState.SENT, MailState.SENT]
    assert [mail.state for mail in (await env.state(order)).mails] == [MailState.SENT, MailState.SENT]


# Files.


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def in_service(env: WholeService) -> str:
    """A subscription, as its partner graduated the customer."""
    order = await env.place(an_order(PAID_BY_FILE))
    for update, message in (
        ("clear_compliance", cleared()),
        ("submit_provisioning_form", submitted()),
        ("report_site_built", built()),
        ("graduate", graduated()),
    ):
        await env.send(order, update, message)
    subscription = f"sub-{PAID_BY_FILE}"
    await eventually(lambda: env.store.listed(Lifecycle.SUBSCRIPTION, beginning=subscription))
    return subscription


Command = Callable[..., Awaitable[tuple[int, str]]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def command(env: WholeService) -> AsyncIterator[Command]:
    """How one ended, and what it said; in a process that may be killed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.e2e.killable_command", str(armed(env.directory))),
        env={**os.environ, **env.service.environment},
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    asked, answers = known(process.stdin), known(process.stdout)

    async def ended(*words: str | Path) -> tuple[int, str]:
        asked.write(json.dumps([*map(str, words)]).encode() + b"\n")
        code, said = json.loads(await answers.readline())
        return code, said

    yield ended
    asked.close()
    await process.wait()


async def test_a2_an_import_killed_between_two_batches_goes_on_and_writes_each_row_once(
    env: WholeService, in_service: str, command: Command, tmp_path: Path
) -> None:
    """HUB-54 is counted from these rows."""
    rows = [f"{in_service},2020-11-{day:02},meetings,20,{day}" for day in range(1, 8)]
    words = ("usage", "import", a_file(tmp_path / "usage.csv", USAGE, *rows))
    arm(env, "command", "rows", passes=1)
    code, _ = await command(*words)
    assert code == -signal.SIGKILL
    assert len(usage(env, in_service)) == 4
    code, said = await command(*words)
    assert code == 0, said
    assert "7 rows: 7 new (4 of them by an earlier run)" in said.splitlines()
    assert usage(env, in_service) == list(range(1, 8))


def usage(env: WholeService, subject: str) -> list[int]:
    """Licences used, day by day."""
    rows = env.store.usage_rows(Lifecycle.SUBSCRIPTION, subject, "meetings", date(2020, 11, 1), date(2020, 12, 1))
    return [each.used for each in rows]


async def test_a2_an_import_killed_before_and_after_it_tells_a_subscription_suspends_it_once(
    env: WholeService, in_service: str, command: Command, tmp_path: Path
) -> None:
    """HUB-16: the file is all written by then, and what is left to do is in the store."""
    columns = "subscription_id,invoice,issued_on,due_on,amount,currency,state,paid_on"
    file = a_file(tmp_path / "p.csv", columns, f"{in_service},I-1,2020-06-01,2020-06-30,100,JPY,unpaid,")
    for point, suspended in (("untold", 0), ("told", 1)):
        arm(env, "command", point)
        code, _ = await command("payments", "import", file)
        assert code == -signal.SIGKILL
        assert suspensions(env, in_service) == suspended
    code, said = await command("payments", "import", file)
    assert code == 0, said
    assert suspensions(env, in_service) == 1


def suspensions(env: WholeService, subject: str) -> int:
    """How often its record says so."""
    return env.events(subject, Lifecycle.SUBSCRIPTION).count(SubscriptionEvent.SUSPENDED)
