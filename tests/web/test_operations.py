"""The operations page, the calendar and its feed, and who may send what: over a store, with no server to be reached."""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from icalendar import Calendar

from adapters.setting_groups import Web
from adapters.sql.operations import Narrowed
from domain.events import TaskKind
from domain.lifecycles import KINDS, updates_of
from domain.mails import MailState
from domain.operator import Hold
from domain.order.state import OrderState
from domain.permissions import PARTNERS_SEND, PARTNERS_START
from domain.trial.messages import CancelTrial, Service
from domain.trial.state import TrialState
from tests.hub_lives import opened, record, tried
from tests.makers import a_customer, a_paid_customer_s_trial, a_partner, an_order, days
from tests.support.web_site import AKASAKA, GINZA, HIKARI, MINATO, NOW, SHIBA, USERS, Site, a_site
from web.operations.board import Board, Group

MAY_SEND = {"full", "administrator", "sales", "operator"}
"""Those of USERS who may send updates of a trial of akasaka's. TRL-50 to TRL-67."""

MAY_START = {"full", "sales"}
"""TRL-02."""

OURS = Narrowed(search="NEW")
"""Beside what the site has anyway."""

EARLIER = NOW - days(3)


def an_order_on_hold(site: Site, number: str, due: datetime, customer: str = GINZA) -> OrderState:
    placed = an_order(number, customer=a_customer(id=customer), ordering_partner=a_partner(HIKARI))
    state: OrderState = opened(site.store, placed, OrderState.placed(placed, EARLIER), EARLIER)
    state.hold_for_compliance(EARLIER, due, None)
    record(site.store, state, EARLIER)
    return state


def a_trial_that_runs(site: Site, trial_id: str, customer: str = AKASAKA, partner: str = HIKARI) -> TrialState:
    trial = a_paid_customer_s_trial(
        trial_id, Service.MESSAGING, customer=a_customer(id=customer), partner=a_partner(partner)
    )
    return tried(site.store, trial, EARLIER)


@pytest.fixture
def busy(site: Site) -> Site:
    """One of everything that an operator has to look at."""
    an_order_on_hold(site, "NEW-1", NOW + days(0.1))
    late = an_order_on_hold(site, "NEW-2", NOW - days(0.1))
    late.endanger("hold_overdue", NOW, NOW)
    late.journal.open_task("relay", TaskKind.RELAY_CONFIRMATION, HIKARI, EARLIER)
    stopped = an_order_on_hold(site, "NEW-3", NOW + days(5))
    stopped.hold(Hold(by="ops-7", reason="in dispute"), EARLIER)
    failing = an_order_on_hold(site, "NEW-4", NOW + days(5))
    failing.step_fails("assign_csm", "nobody is on the roster", EARLIER, may_be_left_out=True)
    mailed = a_trial_that_runs(site, "NEW-5")
    key = next(iter(mailed.mails))
    mailed.mail_reported(key, MailState.REFUSED, None, NOW, "550 no such user")
    for state in (late, stopped, failing, mailed):
        record(site.store, state, NOW)
    return site


def board_of(site: Site) -> dict[Group, list[str]]:
    board = Board(site.store, NOW, "Asia/Tokyo", OURS)
    return {group: [line.subject for line in board.lines(group).lines] for group in Group}


def test_each_thing_to_look_at_stands_in_its_group(busy: Site) -> None:
    assert board_of(busy) == {
        Group.FAILING: ["NEW-4"],
        Group.MAILS: ["NEW-5"],
        Group.JEOPARDY: ["NEW-2"],
        Group.OVERDUE: ["NEW-2"],
        Group.HELD: ["NEW-3"],
        Group.DUE_TODAY: ["NEW-1"],
        Group.TASKS: ["NEW-2"],
    }


@pytest.mark.parametrize(
    ("group", "acts", "why"),
    [
        (Group.FAILING, ["settle_step", "clear_compliance"], "nobody is on the roster"),
        (Group.MAILS, ["retry_mail", "settle_mail"], "550 no such user"),
        (Group.JEOPARDY, ["acknowledge", "clear_compliance"], "hold"),
        (Group.OVERDUE, ["extend_due_date", "clear_compliance"], "hold"),
        (Group.HELD, ["resume", "clear_compliance"], "in dispute (ops-7)"),
        (Group.DUE_TODAY, ["extend_due_date", "clear_compliance"], "hold"),
        (Group.TASKS, ["complete_task", "clear_compliance"], "relay confirmation, hikari"),
    ],
)
def test_each_line_says_why_and_has_the_buttons_that_fit(busy: Site, group: Group, acts: list[str], why: str) -> None:
    """What would be refused now has none; what they are about is filled in."""
    (line,) = Board(busy.store, NOW, "Asia/Tokyo", OURS).lines(group).lines
    assert why in line.why
    assert [act.update for act in line.acts if act.update in acts] == [
        act for act in acts if act != "complete_task" or line.acts[0].update == act
    ]


def test_today_ends_with_the_readers_day(site: Site) -> None:
    """At noon in Tokyo: 23:59 there is today, and half past three in the morning in Paris is not."""
    an_order_on_hold(site, "NEW-1", NOW + days(0.5) - days(1 / 1440))
    an_order_on_hold(site, "NEW-2", NOW + days(0.5))
    tokyo, paris = (Board(site.store, NOW, zone).lines(Group.DUE_TODAY) for zone in ("Asia/Tokyo", "Europe/Paris"))
    assert [line.subject for line in tokyo.lines] == ["NEW-1"]
    assert [line.subject for line in paris.lines] == ["NEW-1", "NEW-2"]


async def test_the_page_leads_from_a_line_to_its_form_and_to_the_workflow(busy: Site) -> None:
    """Three clicks: the page, the button, the form's own."""
    busy.world.settings = busy.world.settings.model_copy(update={"ui_url": "http://localhost:8233"})
    async with busy.client("operator") as client:
        page = (await client.get("/operations")).text
        (resume,) = re.findall(r'href="(/act/order/NEW-3/resume[^"]*)"', page)
        (retry,) = re.findall(r'href="(/act/trial/NEW-5/retry_mail[^"]*)"', page)
        forms = [(await client.get(path.replace("&amp;", "&"))).text for path in (resume, retry)]
    assert "http://localhost:8233/namespaces/default/workflows/order-NEW-3" in page
    assert 'name="next" value="/operations"' in forms[0]
    assert re.search(r'<input type="radio" name="mail" value="trial-NEW-5/[^"]+" checked', forms[1])


async def test_whoever_is_no_customer_of_the_hub_yet_has_no_link_to_a_page_that_is_not_there(site: Site) -> None:
    """An order that is held has shipped nothing, and a trial that was cancelled keeps nobody in the list. AMB-12."""
    an_order_on_hold(site, "NEW-1", NOW + days(0.1), "newcomer")
    an_order_on_hold(site, "NEW-2", NOW + days(0.1), AKASAKA)
    gone = a_trial_that_runs(site, "NEW-5", "gone-again")
    gone.cancel(CancelTrial(by="sales", reason="ordered by mistake", confirm=True), NOW)
    record(site.store, gone, NOW)
    site.world.book.catch_up(NOW)
    paths = ("/operations", "/act/order/NEW-1", "/act/order/NEW-2", "/act/trial/NEW-5")
    async with site.client("operator") as client:
        pages = [(await client.get(path)).text for path in paths]
        found = {path for page in pages for path in re.findall(r'href="(/customers/[^"]+)"', page)}
        assert {(await client.get(path)).status_code for path in found} == {200}
    assert [f"/customers/{HIKARI}/{AKASAKA}" in page for page in pages] == [True, False, True, False]
    assert all("newcomer" in page for page in pages[:2])


async def test_where_nothing_is_to_be_done_a_filter_is_spoken_of_only_if_there_is_one(site: Site) -> None:
    async with site.client("operator") as client:
        pages = [
            (await client.get(f"/operations?group=held{more}")).text for more in ("", "&search=NEW", "&search=%20")
        ]
    assert ["Nothing to do" in page for page in pages] == [True] * 3
    assert ["Nothing fits what was asked for" in page for page in pages] == [False, True, False]


async def test_a_group_is_shown_page_by_page_and_narrowed(site: Site) -> None:
    for number in range(30):
        an_order_on_hold(site, f"NEW-{number + 10}", NOW + days(0.1), AKASAKA if number else GINZA)
    async with site.client("operator") as client:
        first = (await client.get("/operations?group=due_today&search=new")).text
        second = (await client.get("/operations?group=due_today&search=new&page=2")).text
        ginza = (await client.get("/operations?group=due_today&search=ginza")).text
        unknown = await client.get("/operations?group=everything")
    of = [len(re.findall(r'<th scope="row">', page)) for page in (first, second, ginza)]
    assert of == [25, 5, 1]
    assert 'rel="next" href="/operations?search=new&amp;group=due_today&amp;page=2"' in first
    assert unknown.status_code == 404


@pytest.mark.parametrize("user", USERS)
async def test_only_who_may_send_an_update_has_its_page(site: Site, user: str) -> None:
    """domain.md §9.5. Without the right, of another partner, of a customer they are not assigned to: no such page."""
    a_trial_that_runs(site, "T-1", AKASAKA)
    a_trial_that_runs(site, "T-2", SHIBA, MINATO)
    own, foreign = "/act/trial/T-1/extend", "/act/trial/T-2/extend"
    async with site.client(user) as client:
        shown = [(await client.get(path)).status_code for path in (own, foreign, "/act/trial/T-1/hold")]
        sent = (await site.post(client, own, days="30", form="1")).status_code
    of_partner = 200 if user in MAY_SEND else 404
    elsewhere = 200 if user in {"operator", "elsewhere"} else 404
    assert shown == [of_partner, elsewhere, 200 if user == "operator" else 404]
    assert sent == (503 if user in MAY_SEND else 404)


@pytest.mark.parametrize("user", USERS)
async def test_only_who_may_start_something_has_its_page(site: Site, user: str) -> None:
    """TRL-02, OPT-01."""
    paths = (f"/start/trial?customer={AKASAKA}", f"/start/option?subscription={site.subscriptions[AKASAKA]}")
    foreign = (f"/start/trial?customer={SHIBA}", f"/start/option?subscription={site.subscriptions[SHIBA]}")
    async with site.client(user) as client:
        trial, option, *others = [(await client.get(path)).status_code for path in (*paths, *foreign, "/start/order")]
    assert (trial == 200) == (user in MAY_START)
    assert (option == 200) == (user in MAY_SEND - {"operator"})
    assert others == ([200, 200, 404] if user == "elsewhere" else [404, 404, 404])


async def test_the_country_of_a_new_customer_is_chosen_by_its_name(site: Site) -> None:
    site.store.change_hub_user("full", "test", NOW, language="fr")
    async with site.client("full") as client:
        assert '<option value="JP">Japon</option>' in (await client.get("/start/trial")).text


def test_the_table_of_what_partners_send_names_what_there_is() -> None:
    """A misspelt one would allow nothing, and nobody would notice."""
    names = {(str(kind.name), update) for kind in KINDS.values() for update in updates_of(kind)}
    assert names >= PARTNERS_SEND.keys()
    assert set(KINDS) >= PARTNERS_START.keys()


async def test_partners_are_asked_in_their_language_and_operators_in_that_of_the_commands(site: Site) -> None:
    a_trial_that_runs(site, "T-1")
    site.store.change_hub_user("full", "test", NOW, language="ja")
    site.store.change_hub_user("operator", "test", NOW, language="ja")
    async with site.client("full") as partner, site.client("operator") as operator:
        theirs, ours = [(await client.get("/act/trial/T-1/extend")).text for client in (partner, operator)]
    assert "日数" in theirs
    assert "Days" not in theirs
    assert "Days" in ours


@pytest.fixture
def signing() -> Iterator[Site]:
    """Another secret than the one that is to be tried."""
    with a_site(web=Web(secret="another secret, and of no other use")) as made:
        yield made


async def link_of(site: Site, user: str = "operator") -> str:
    """The address of their feed, as the calendar shows it."""
    async with site.client(user) as client:
        (found,) = re.findall(r'href="(/calendar/[^"]+\.ics)"', (await client.get("/operations/calendar")).text)
        return str(found)


async def test_the_feed_has_every_deadline_and_reads_as_the_standard_has_it(busy: Site) -> None:
    """RFC 5545, without a cookie; the same lives give the same bytes, and no name stands in it."""
    link = await link_of(busy)
    async with busy.client() as program:
        first, again = await program.get(link), await program.get(link)
    events = Calendar.from_ical(first.content).walk("VEVENT")
    uids = [str(event["uid"]) for event in events]
    assert first.headers["content-type"].startswith("text/calendar")
    assert first.content == again.content
    assert b"\r\n" in first.content
    assert len(set(uids)) == len(uids)
    assert "order-NEW-1-hold_overdue@tenure.example" in uids
    assert {event.decoded("dtstart") for event in events} >= {NOW + days(0.1), NOW + days(5)}
    assert max(map(len, first.content.split(b"\r\n"))) <= 75
    assert "赤坂" not in first.text


async def test_a_renewed_link_ends_the_one_before(site: Site) -> None:
    before = await link_of(site)
    async with site.client("operator") as client:
        renewed = await site.post(client, "/operations/calendar/link")
        after = await link_of(site)
        answers = [(await client.get(link)).status_code for link in (before, after)]
    assert renewed.status_code == 303
    assert answers == [404, 200]


async def test_a_link_that_we_did_not_sign_for_this_opens_nothing(site: Site, signing: Site) -> None:
    """Another secret's, a changed one, one of somebody who may no more."""
    own, foreign = await link_of(site), await link_of(signing)
    changed = own.replace("/calendar/W", "/calendar/X")
    async with site.client() as program:
        before = [(await program.get(link)).status_code for link in (own, foreign, changed, "/calendar/x.ics")]
        site.store.change_hub_user("operator", "test", NOW, active=False)
        after = (await program.get(own)).status_code
    assert before == [200, 404, 404, 404]
    assert after == 404


async def test_the_calendar_shows_a_month_and_one_of_its_days(busy: Site) -> None:
    async with busy.client("operator") as client:
        month = (await client.get("/operations/calendar?month=2026-11")).text
        day = (await client.get("/operations/calendar?month=2026-11&day=2026-11-30")).text
        other = (await client.get("/operations/calendar?month=nonsense")).text
    assert "November 2026" in month
    assert "November 2026" in other
    assert 'href="?month=2026-12"' in month
    assert re.findall(r'href="/act/order/(NEW-\d)', month) == ["NEW-2", "NEW-1", "NEW-3", "NEW-4"]
    assert re.findall(r'href="/act/order/(NEW-\d)', day) == ["NEW-3", "NEW-4"]
