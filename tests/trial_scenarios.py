"""Lives of trials and devices to record, played on a plain server in real time: what people do."""

from datetime import UTC, datetime
from typing import Final

from temporalio.client import WorkflowFailureError

from domain.device.messages import AskForReturnPapers, HandOver, ReportDelivered, ReportReceived
from domain.lifecycle import Lifecycle
from domain.operator import Hold, Resume, SendAgain
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
    a_trial,
    an_order,
    converted,
    ended,
    extended,
    services_built,
)
from tests.support.embedded import Embedded
from tests.support.environment import Recordings

FAR: Final = datetime(2040, 8, 1, 3, tzinfo=UTC)
"""When a device's loan ends that nothing shall remind of."""


def of(trial_id: str) -> Customer:
    """A customer of its own for each scenario: what one tries or buys is no concern of another."""
    return a_customer(id=f"customer-{trial_id}")


def lent(device_id: str, expires_on: datetime = FAR) -> TrialDevice:
    return TrialDevice(device_id=device_id, model="Desk Pro", serial_number="FOC1", expires_on=expires_on)


async def consented(env: Embedded) -> Recordings:
    """Asked twice, accepted with the box, built service by service."""
    start = a_consented_trial(
        "T-1", Service.MEETINGS, Service.CALLING, customer=of("T-1"), contact_is_full_administrator=True
    )
    trial = await env.start_trial(start)
    await env.send(trial, "resend", ResendConsent(by="partner-hikari"))
    await env.send(trial, "accept", AcceptTrial(by="admin-1", full_administrator=True))
    await env.send(trial, "give_details", GiveDetails(by="partner-hikari"))
    await env.send(trial, "report_services_built", services_built(Service.MEETINGS))
    await env.send(trial, "report_services_built", services_built(Service.CALLING))
    return {"trial_consented": trial}


async def asked_both(env: Embedded) -> Recordings:
    """The address given is no full administrator's: it is asked, and so are all who are."""
    return {"trial_asks_for_consent": await env.start_trial(a_consented_trial("T-2", customer=of("T-2")))}


async def asked_again(env: Embedded) -> Recordings:
    """The mail that asks for consent went out, and goes out once more while the trial is held; then it is accepted."""
    start = a_consented_trial("T-11", customer=of("T-11"), contact_is_full_administrator=True)
    trial = await env.start_trial(start)
    key = env.store.mails(Lifecycle.TRIAL, "T-11")[0].key
    await env.send(trial, "hold", Hold(by="ops-7", reason="its mail server is down"))
    await env.send(trial, "send_again", SendAgain(by="ops-7", mail=key, reason="its link is too old"))
    await env.send(trial, "resume", Resume(by="ops-7", reason="it is up again"))
    await env.send(trial, "accept", AcceptTrial(by="admin-1"))
    return {"trial_consent_sent_again": trial}


async def declined_and_withdrawn(env: Embedded) -> Recordings:
    """By the customer; by the partner, after the customer accepted."""
    declined = await env.start_trial(a_consented_trial("T-3", customer=of("T-3"), contact_is_full_administrator=True))
    await env.send(declined, "decline", DeclineTrial(by="admin-1"))
    withdrawn = await env.start_trial(a_consented_trial("T-4", customer=of("T-4"), contact_is_full_administrator=True))
    await env.send(withdrawn, "accept", AcceptTrial(by="admin-1"))
    await env.send(withdrawn, "withdraw", WithdrawTrial(by="partner-hikari"))
    return {"trial_declined": declined, "trial_withdrawn": withdrawn}


async def tried_elsewhere(env: Embedded) -> Recordings:
    """Another partner's trial of the same service fails at its start."""
    await env.start_trial(a_consented_trial("T-5", Service.CALLING, customer=of("T-5")))
    midori = a_partner("midori", "みどり商会")
    refused = await env.start_trial(a_consented_trial("T-6", Service.CALLING, customer=of("T-5"), partner=midori))
    try:
        await refused.result()
    except WorkflowFailureError:
        return {"trial_tried_elsewhere": refused}
    raise AssertionError("two partners try the same service")


async def changed_and_converted(env: Embedded) -> Recordings:
    """Held, resumed, edited, shortened, and converted by an order placed already."""
    trial = await env.start_trial(a_paid_customer_s_trial("T-7", Service.CALLING, customer=of("T-7"), days=40))
    await env.send(trial, "hold", Hold(by="ops-7", reason="in dispute"))
    await env.send(trial, "resume", Resume(by="ops-7", reason="settled"))
    await env.send(trial, "edit_services", EditServices(by="partner-hikari", add=(Service.CONTACT_CENTER,)))
    await env.send(trial, "extend", extended(30, shorten=True))
    await env.place(an_order("SO-700007", customer=of("T-7"), converts_trial="T-7"))
    message = converted(Service.CALLING, Service.CONTACT_CENTER, order_number="SO-700007")
    await env.send(trial, "convert", message)
    return {"trial_converted": trial}


async def converted_by_a_new_order(env: Embedded) -> Recordings:
    """The order is started by the trial."""
    trial = await env.start_trial(a_trial("T-8", customer=of("T-8")))
    await env.send(trial, "report_services_built", services_built())
    order = an_order("SO-700008", customer=of("T-8"), converts_trial="T-8")
    await env.send(trial, "convert", converted(Service.MEETINGS, order=order))
    return {"trial_converted_by_a_new_order": trial}


async def cancelled_with_a_device(env: Embedded) -> Recordings:
    """Its device is called back; the wrong one comes first."""
    start = a_paid_customer_s_trial("T-9", customer=of("T-9"), devices=(lent("D-9"),))
    trial = await env.start_trial(start)
    device = await env.present_run(env.device("D-9"))
    await env.settled(device)
    await env.send(device, "report_delivered", ReportDelivered(by="logistics"))
    await env.send(trial, "cancel", ended(), device)
    await env.send(device, "ask_for_papers", AskForReturnPapers(by="partner-hikari", organization_id="customer-T-9"))
    for serial in ("FOC9", "FOC1"):
        await env.send(device, "hand_over", HandOver(by="admin-1"))
        await env.send(device, "report_received", ReportReceived(by="logistics", serial_number=serial))
    return {"trial_cancelled": trial, "device_called_back": device}
