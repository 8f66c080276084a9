"""A partner with a dozen customers, as workflows and files would have left them: to look at, and for tests of pages.

Every life is recorded through the store as its workflow records it, and lives up to NOW: what fell due was done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from adapters.setting_groups import Hub, Web
from adapters.sql.store import SqlStore
from domain.hub.imports import Imported
from domain.hub.imports_calls import CallingRow
from domain.hub.imports_rows import HubRow, PaymentRow, SignInRow, UsageRow
from domain.hub.policy import WEEK
from domain.hub.tags import About
from domain.hub.weeks import last_closed
from domain.order.messages import Offering, OrderItem, PlaceOrder
from domain.order.state import OrderState
from domain.permissions import OPERATOR, PartnerRole
from domain.subscription.messages import SuspendSubscription
from domain.subscription.state import SubscriptionState
from domain.trial.messages import Service, StartTrial
from domain.trial.state import TrialState
from domain.values import Country, Language
from tests import cases, options
from tests.hub_files import imported
from tests.hub_lives import HOUR, opened, record, shipped, subscribed, tried
from tests.lives import MEETS
from tests.makers import (
    a_consented_trial,
    a_customer,
    a_form,
    a_paid_customer_s_trial,
    a_partner,
    a_trial,
    an_order,
    built,
    cleared,
    days,
    graduated,
    services_built,
    submitted,
)
from tests.support.web_site import NOW, SECRET, Site

UNPAID: Final = SuspendSubscription(by="ops-7", why="unpaid", reason="the invoice of September is overdue")
CALLING_PART: Final = "A-FLEX-CALL"
HUB: Final = Hub(products={CALLING_PART: "calling"}, launch_url="https://example.com/org/{customer_id}")

CUSTOMERS: Final[Mapping[str, tuple[str, str, str]]] = {
    "akasaka": ("赤坂商事", "JP", "Asia/Tokyo"),
    "ginza": ("銀座ホテル", "JP", "Asia/Tokyo"),
    "shibuya": ("渋谷メディア", "JP", "Asia/Tokyo"),
    "umeda": ("梅田製作所", "JP", "Asia/Tokyo"),
    "hanbit": ("한빛소프트", "KR", "Asia/Seoul"),
    "busan": ("부산해운", "KR", "Asia/Seoul"),
    "lumiere": ("Lumière & Fils", "FR", "Europe/Paris"),
    "roux": ("Atelier Roux", "FR", "Europe/Paris"),
    "harbour": ("Harbour Books", "GB", "Europe/London"),
    "kumo": ("Kumo Logistics", "JP", "Asia/Tokyo"),
    "minami": ("Minami Foods", "JP", "Asia/Tokyo"),
    "sakura": ("さくら歯科", "JP", "Asia/Tokyo"),
}
"""Name, country, zone."""


@dataclass
class Showcase:
    """What is being made of it."""

    store: SqlStore
    today: date = field(default_factory=NOW.date)
    number: int = 100

    def customer(self, customer_id: str) -> Any:
        """As orders and trials name them."""
        company, country, zone = CUSTOMERS[customer_id]
        return a_customer(id=customer_id, company=company, country=Country(country), zone=zone)

    def order(self, customer_id: str, licences: Mapping[str, int]) -> PlaceOrder:
        """Of so many licences by product."""
        self.number += 1
        parts = {"meetings": "A-FLEX-NU", "calling": CALLING_PART}
        items = tuple(
            OrderItem(part_number=parts[product], offering=Offering.NAMED_HOST, quantity=quantity)
            for product, quantity in licences.items()
        )
        return an_order(f"SO-{self.number}", items=items, customer=self.customer(customer_id))

    def bought(self, customer_id: str, licences: Mapping[str, int], ends_in: int, **usage: Any) -> SubscriptionState:
        """A subscription of a year that ends in so many days, with its usage."""
        at = NOW - days(365 - ends_in)
        order = shipped(self.store, self.order(customer_id, licences), at - days(9))
        order.submit_provisioning_form(submitted(a_form(sum(licences.values()))), at - days(2))
        order.report_site_built(built(), at)
        record(self.store, order, at)
        order.graduate(graduated(), at + days(5))
        record(self.store, order, at + days(5))
        subscription = subscribed(self.store, order, at)
        self.live(subscription)
        for product, quantity in licences.items():
            self.used(subscription.subject, product, quantity, (NOW - at).days, **usage)
        return subscription

    def live(self, state: Any) -> None:
        """What fell due by now was done."""
        while (due := state.agenda.next()) and due.at <= NOW:
            for deadline in state.agenda.take_due(due.at).act:
                MEETS[state.lifecycle](state, deadline, due.at)
            record(self.store, state, due.at)

    def trial(self, start: StartTrial, ago: int) -> TrialState:
        """Started so many days ago; its services were built the day after."""
        trial = tried(self.store, start, NOW - days(ago))
        if trial.activated_at is None and trial.consent_requested_at is None:
            trial.report_services_built(services_built(*start.services), NOW - days(ago - 1))
            record(self.store, trial, NOW - days(ago - 1))
        self.live(trial)
        return trial

    def used(
        self, subject: str, product: str, total: int, back: int, assigned: float = 0.85, used: float = 0.6
    ) -> None:
        """Every day of the last quarter, with week-ends and a slow rise."""
        rows = []
        for ago in range(min(back, 95), -1, -1):
            day = self.today - timedelta(days=ago)
            share = 1 - ago / 400
            idle = 0.25 if day.weekday() > 4 else 1
            given = round(total * assigned * share)
            in_use = round(total * used * share * idle * (1 - (ago * 7 % 5) / 40))
            rows.append(UsageRow(id=subject, day=day, product=product, assigned=given, used=in_use))
        self.keep(Imported.USAGE, rows)

    def keep(self, kind: Imported, rows: Sequence[HubRow]) -> None:
        """As an import does, which finds out whose usage it is."""
        columns = [row.columns() for row in rows]
        if kind is Imported.USAGE:
            known = self.store.with_licences({each["subject"] for each in columns})
            columns = [each | {"lifecycle": next(iter(known[each["subject"]]))} for each in columns]
        imported(self.store, kind, columns, NOW)

    def invoiced(self, subscription_id: str, *, state: str = "paid", auto_renew: bool | None = None) -> None:
        """One a quarter; the newest one in that state."""
        rows = []
        for number, ago in enumerate((260, 170, 80)):
            issued = self.today - timedelta(days=ago)
            last = ago == 80
            rows.append(
                PaymentRow(
                    subscription_id=subscription_id,
                    invoice=f"INV-{subscription_id[-3:]}-{number + 1}",
                    issued_on=issued,
                    due_on=issued + timedelta(days=30),
                    amount="148500",
                    currency="JPY",
                    state=state if last else "paid",
                    paid_on=None if last and state != "paid" else issued + timedelta(days=21),
                    auto_renew=auto_renew if last else None,
                )
            )
        self.keep(Imported.PAYMENTS, rows)

    def signed_in(self, customer_id: str, ago: int) -> None:
        """One of its administrators."""
        row = SignInRow(customer_id=customer_id, administrator="admin-1", day=self.today - timedelta(days=ago))
        self.keep(Imported.SIGN_INS, [row])

    def called(
        self, customer_id: str, users: int, *, falling: bool = False, low: float = 0.03, queue: bool = True
    ) -> None:
        """Eight weeks of calls."""
        last = last_closed(NOW)
        rows = []
        for back in range(8):
            share = 1 - (0.09 * (8 - back) if falling else 0.02 * back)
            calls = round(users * 21 * share)
            bad = round(calls * low * (1.9 if back == 0 else 1 + back % 3 / 4))
            rows.append(_week(customer_id, last - WEEK * back, users, calls, bad, queue=queue))
        self.keep(Imported.CALLING, rows)


def _week(customer_id: str, week: date, users: int, calls: int, bad: int, *, queue: bool) -> CallingRow:
    parts = {"desk_phone": 0.45, "desktop_app": 0.35, "mobile_app": 0.2}
    endpoints = {name: {"calls": round(calls * part), "low_quality": round(bad * part)} for name, part in parts.items()}
    features = {
        "call_queue": round(calls * 0.2),
        "auto_attendant": round(calls * 0.12),
        "voicemail": round(calls * 0.07),
    }
    answered, abandoned = round(calls * 0.17), round(calls * 0.03)
    queues = {
        "answered": answered,
        "answer_seconds": answered * 21,
        "abandoned": abandoned,
        "abandoned_seconds": abandoned * 47,
    }
    return CallingRow.model_validate(
        {
            "customer_id": customer_id,
            "week": week,
            "users": users,
            "callers": round(users * 0.8),
            "calls": calls,
            "minutes": calls * 4,
            "low_quality": bad,
            "endpoints": endpoints,
            "features": features if queue else {"voicemail": features["voicemail"]},
            "queue": queues if queue else None,
        }
    )


def a_showcase(store: SqlStore, **changes: Any) -> Site:
    """The site of hikari and its dozen customers, people of each role among them; minato has one customer."""
    site = Site(store, hub=changes.pop("hub", HUB), web=changes.pop("web", Web(secret=SECRET)), **changes)
    world = Showcase(store)
    _running(world)
    _in_trouble(world)
    _on_trial(world)
    _elsewhere(world)
    site.world.book.catch_up(NOW)
    _tagged(store)
    _people(site)
    return site


def _running(world: Showcase) -> None:
    akasaka = world.bought("akasaka", {"meetings": 100, "calling": 80}, ends_in=60, assigned=0.92, used=0.74)
    world.invoiced(akasaka.subject, auto_renew=True)
    world.called("akasaka", 80)
    busan = world.bought("busan", {"calling": 120}, ends_in=45, assigned=0.8, used=0.5)
    world.invoiced(busan.subject, auto_renew=True)
    world.called("busan", 120, falling=True, low=0.06)
    world.bought("sakura", {"meetings": 15}, ends_in=340, assigned=0.8, used=0.6)
    kumo = world.bought("kumo", {"meetings": 200, "calling": 60}, ends_in=150, assigned=0.22, used=0.12)
    world.invoiced(kumo.subject, state="open")
    world.called("kumo", 60, queue=False, low=0.01)
    for customer_id in ("akasaka", "busan", "sakura", "kumo"):
        world.signed_in(customer_id, 3)
    _requests(world, akasaka)


def _requests(world: Showcase, akasaka: SubscriptionState) -> None:
    """Option requests, and a support case."""
    asked = options.a_request(request_id="OR-11", subscription_id=akasaka.subject)
    request = options.opened(asked, NOW - days(2), customer_id="akasaka", zone="Asia/Tokyo")
    world.store.open_lifecycle(asked, request, "run-1", NOW - days(2))
    record(world.store, request, NOW - days(2))
    case = cases.a_case(NOW - days(1), cases.found(account_id="akasaka"), case_id="C-21")
    opening = cases.an_opening(case_id="C-21")
    world.store.open_lifecycle(opening, case, "run-1", NOW - days(1))
    record(world.store, case, NOW - days(1))
    world.live(case)


def _in_trouble(world: Showcase) -> None:
    ginza = world.bought("ginza", {"meetings": 60}, ends_in=19, assigned=0.7, used=0.5)
    world.invoiced(ginza.subject, auto_renew=False)
    shibuya = world.bought("shibuya", {"meetings": 40}, ends_in=210, assigned=1.18, used=1.1)
    world.invoiced(shibuya.subject, auto_renew=True)
    umeda = world.bought("umeda", {"meetings": 50, "calling": 30}, ends_in=120, assigned=0.9, used=0.4)
    world.invoiced(umeda.subject, state="unpaid")
    umeda.suspend(UNPAID, NOW - days(9))
    record(world.store, umeda, NOW - days(9))
    world.bought("minami", {"meetings": 30}, ends_in=88, assigned=0.5, used=0.2)
    world.signed_in("minami", 130)
    for customer_id in ("ginza", "shibuya", "umeda"):
        world.signed_in(customer_id, 6)


def _on_trial(world: Showcase) -> None:
    services = (Service.MEETINGS, Service.CALLING)
    running = world.trial(a_trial("T-1001", *services, customer=world.customer("hanbit"), licences=50), ago=79)
    for product in ("meetings", "calling"):
        world.used(running.subject, product, 50, 79, assigned=0.6, used=0.4)
    world.signed_in("hanbit", 1)
    world.trial(a_trial("T-1002", customer=world.customer("harbour")), ago=112)
    world.trial(a_consented_trial("T-1003", customer=world.customer("roux")), ago=4)
    beside = a_paid_customer_s_trial("T-1004", customer=world.customer("akasaka"), services=(Service.CONTACT_CENTER,))
    world.trial(beside, ago=30)
    placed = world.order("lumiere", {"meetings": 25})
    order: OrderState = opened(world.store, placed, OrderState.placed(placed, NOW - days(3)), NOW - days(3))
    order.hold_for_compliance(NOW - days(3), NOW + days(4), None)
    order.clear_compliance(cleared(), NOW - days(1))
    record(world.store, order, NOW - days(1))


def _elsewhere(world: Showcase) -> None:
    """Another partner's, of which hikari knows nothing."""
    placed = an_order(
        "SO-900001",
        customer=a_customer(id="shiba", company="芝パーク", zone="Asia/Tokyo"),
        ordering_partner=a_partner("minato", "港テクノロジー"),
    )
    order = shipped(world.store, placed, NOW - days(99))
    order.submit_provisioning_form(submitted(), NOW - days(91))
    order.report_site_built(built(), NOW - days(90) - HOUR)
    record(world.store, order, NOW - days(90))
    subscribed(world.store, order, NOW - days(90))


def _tagged(store: SqlStore) -> None:
    for customer_id, tags in {"akasaka": ["VIP", "tokyo"], "ginza": ["tokyo"], "busan": ["VIP"]}.items():
        store.replace_tags("hikari", About.CUSTOMER, customer_id, tags, by="full", now=NOW)
    store.replace_tags("hikari", About.SUBSCRIPTION, "sub-SO-101", ["FY2026"], by="full", now=NOW)


def _people(site: Site) -> None:
    given: dict[str, Any] = {"zone": "Asia/Tokyo", "language": Language.ENGLISH}
    for user_id, role, name in (
        ("full", PartnerRole.FULL_ADMINISTRATOR, "佐藤 健"),
        ("administrator", PartnerRole.ADMINISTRATOR, "Jiwoo Kim"),
        ("read-only", PartnerRole.READ_ONLY_ADMINISTRATOR, "Chloé Martin"),
        ("sales", PartnerRole.SALES_ADMINISTRATOR, "Alex Green"),
    ):
        site.add(user_id, "hikari", role, email=f"{user_id}@hikari.example.com", **given, name=name)
    site.store.assign_hub_user("administrator", "akasaka", "full", NOW)
    site.store.assign_hub_user("sales", "ginza", "full", NOW)
    site.add("operator", None, OPERATOR, **given, name="Operations")
    site.add("elsewhere", "minato", PartnerRole.FULL_ADMINISTRATOR, **given, name="Mori")
