"""Lives of trials and devices to record: in real time what people do, on the town's clock what the calendar does."""

from datetime import UTC, datetime
from typing import Final

from temporalio.client import WorkflowFailureError

from domain.desk import Hold, Resume
from domain.device.messages import AskForReturnPapers, HandOver, ReportDelivered, ReportReceived
from domain.trial.messages import (
    AcceptTrial,
    DeclineTrial,
    EditServices,
    GiveDetails,
    ResendConsent,
    Service,
    TrialDevice,
    WithdrawTrial,
)
from domain.values import Customer
from tests.makers import (
    a_consented_trial,
    a_customer,
    a_paid_customer_s_trial,
    a_partner,
    a_person,
    a_trial,
    an_administrator,
    an_order,
    converted,
    days,
    ended,
    extended,
    services_built,
)
from tests.studio import Handle, Recordings, Studio
from tests.town import MONDAY, SECOND, Town

FAR: Final = datetime(2040, 8, 1, 3, tzinfo=UTC)
"""When a device's loan ends that nothing shall remind of."""


def of(trial_id: str) -> Customer:
    """A customer of its own for each scenario: what one tries or buys is no concern of another."""
    return a_customer(id=f"customer-{trial_id}")


def lent(device_id: str, expires_on: datetime = FAR) -> TrialDevice:
    return TrialDevice(device_id=device_id, model="Desk Pro", serial_number="FOC1", expires_on=expires_on)


# In real time.


async def consented(studio: Studio) -> Recordings:
    """Asked twice, accepted with the box, built service by service."""
    start = a_consented_trial(
        "T-1", Service.MEETINGS, Service.CALLING, customer=of("T-1"), contact_is_full_administrator=True
    )
    trial = await studio.try_out(start)
    await studio.tell(trial, "resend", ResendConsent(by="partner-hikari"))
    await studio.tell(trial, "accept", AcceptTrial(by="admin-1", full_administrator=True))
    await studio.tell(trial, "give_details", GiveDetails(by="partner-hikari"))
    await studio.tell(trial, "report_services_built", services_built(Service.MEETINGS))
    await studio.tell(trial, "report_services_built", services_built(Service.CALLING))
    return {"trial_consented": trial}


async def asked_both(studio: Studio) -> Recordings:
    """The address given is no full administrator's: it is asked, and so are all who are."""
    return {"trial_asks_for_consent": await studio.try_out(a_consented_trial("T-2", customer=of("T-2")))}


async def declined_and_withdrawn(studio: Studio) -> Recordings:
    """By the customer; by the partner, after the customer accepted."""
    declined = await studio.try_out(a_consented_trial("T-3", customer=of("T-3"), contact_is_full_administrator=True))
    await studio.tell(declined, "decline", DeclineTrial(by="admin-1"))
    withdrawn = await studio.try_out(a_consented_trial("T-4", customer=of("T-4"), contact_is_full_administrator=True))
    await studio.tell(withdrawn, "accept", AcceptTrial(by="admin-1"))
    await studio.tell(withdrawn, "withdraw", WithdrawTrial(by="partner-hikari"))
    return {"trial_declined": declined, "trial_withdrawn": withdrawn}


async def tried_elsewhere(studio: Studio) -> Recordings:
    """Another partner's trial of the same service fails at its start."""
    await studio.try_out(a_consented_trial("T-5", Service.CALLING, customer=of("T-5")))
    midori = a_partner("midori", "みどり商会")
    refused = await studio.try_out(a_consented_trial("T-6", Service.CALLING, customer=of("T-5"), partner=midori))
    try:
        await refused.result()
    except WorkflowFailureError:
        return {"trial_tried_elsewhere": refused}
    raise AssertionError("two partners try the same service")


async def changed_and_converted(studio: Studio) -> Recordings:
    """Held, resumed, edited, shortened, and converted by an order placed already."""
    trial = await studio.try_out(a_paid_customer_s_trial("T-7", Service.CALLING, customer=of("T-7"), days=40))
    await studio.tell(trial, "hold", Hold(by="ops-7", reason="in dispute"))
    await studio.tell(trial, "resume", Resume(by="ops-7", reason="settled"))
    await studio.tell(trial, "edit_services", EditServices(by="partner-hikari", add=(Service.CONTACT_CENTER,)))
    await studio.tell(trial, "extend", extended(30, shorten=True))
    await studio.place(an_order("SO-700007", customer=of("T-7"), converts_trial="T-7"))
    message = converted(Service.CALLING, Service.CONTACT_CENTER, order_number="SO-700007")
    await studio.tell(trial, "convert", message)
    return {"trial_converted": trial}


async def converted_by_a_new_order(studio: Studio) -> Recordings:
    """The order is started by the trial."""
    trial = await studio.try_out(a_trial("T-8", customer=of("T-8")))
    await studio.tell(trial, "report_services_built", services_built())
    order = an_order("SO-700008", customer=of("T-8"), converts_trial="T-8")
    await studio.tell(trial, "convert", converted(Service.MEETINGS, order=order))
    return {"trial_converted_by_a_new_order": trial}


async def cancelled_with_a_device(studio: Studio) -> Recordings:
    """Its device is called back; the wrong one comes first."""
    start = a_paid_customer_s_trial("T-9", customer=of("T-9"), devices=(lent("D-9"),))
    trial = await studio.try_out(start)
    device = await studio.device("D-9")
    await studio.tell(device, "report_delivered", ReportDelivered(by="logistics"))
    await studio.tell(trial, "cancel", ended(), device)
    await studio.tell(device, "ask_for_papers", AskForReturnPapers(by="partner-hikari", organization_id="customer-T-9"))
    for serial in ("FOC9", "FOC1"):
        await studio.tell(device, "hand_over", HandOver(by="admin-1"))
        await studio.tell(device, "report_received", ReportReceived(by="logistics", serial_number=serial))
    return {"trial_cancelled": trial, "device_called_back": device}


# On the town's clock.


async def consent_lapses(town: Town) -> Handle:
    """Nobody answers for ten days."""
    trial = await town.try_out(a_consented_trial())
    await town.sleep_until(MONDAY + days(12))
    return trial


async def lost_with_numbers(town: Town) -> Handle:
    """To everybody there is; the numbers are kept fifteen days more."""
    start = a_paid_customer_s_trial(
        days=20,
        administrators=(an_administrator("second@akasaka.example.com"),),
        partner_administrators=(a_person("other@hikari.example.com"),),
        users=(a_person("user1@akasaka.example.com"), a_person("user2@akasaka.example.com")),
    )
    trial = await town.try_out(start)
    await passing(town, 12, 14, 22, 40, 60, 90)
    return trial


async def lost_without_calling(town: Town) -> Handle:
    """Extended after its warning, and so warned of again; then it lapses."""
    trial = await town.try_out(a_trial())
    await town.tell(trial, "report_services_built", services_built())
    await passing(town, 85)
    await town.tell(trial, "extend", extended(30))
    await passing(town, 110, 120, 150)
    return trial


async def converted_in_grace(town: Town) -> Handle:
    """By an order placed already."""
    trial = await town.try_out(a_paid_customer_s_trial(days=1))
    await passing(town, 10)
    await town.place(an_order("SO-300001"))
    await town.tell(trial, "convert", converted())
    return trial


async def saved_by_the_last_look(town: Town) -> Handle:
    """The paid order is there, but nobody told the trial."""
    trial = await town.try_out(a_paid_customer_s_trial(days=1))
    await passing(town, 10)
    await town.place(an_order("SO-300001", converts_trial="T-1001"))
    await passing(town, 40)
    return trial


async def device_overdue(town: Town) -> Handle:
    """Reminded, overdue, back after all."""
    start = a_paid_customer_s_trial(days=200, devices=(lent("D-1", MONDAY + days(30)),))
    await town.try_out(start)
    device = town.device("D-1")
    await town.tell(device, "report_delivered", ReportDelivered(by="logistics"))
    await passing(town, 25, 32, 40, 44, 46)
    await town.tell(device, "hand_over", HandOver(by="admin-1"))
    await town.tell(device, "report_received", ReportReceived(by="logistics", serial_number="FOC1"))
    return device


async def passing(town: Town, *after: float) -> None:
    """Let so many days pass since the beginning, one stop after another."""
    for number in after:
        await town.sleep_until(MONDAY + days(number) + SECOND)
