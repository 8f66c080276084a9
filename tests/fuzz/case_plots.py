"""Support cases: of an account that is known and large, and of nobody that anybody knows."""

from typing import Any, Final

from domain.account.account import RegisterAccount
from tests.fuzz.scene import Scene
from tests.fuzz.shots import LifecycleState

SUPER_ADMIN: Final = "super.admin@large.example.com"

LARGE: Final = RegisterAccount.model_validate(
    {
        "by": "ops-7",
        "zoid": "700100200",
        "name": "Large",
        "region": "JP",
        "data_centre": "JP",
        "super_admin": SUPER_ADMIN,
        "subscriptions": [{"service": "Zoho CRM", "licences": 1500}],
    }
)
"""The one account that a campaign knows."""

THRESHOLDS: Final = {"JP": 1000}


async def a_case_worked_on(scene: Scene) -> None:
    """From the first answer to the end, with a question in between."""
    case = await a_case(scene, rush=3)
    await scene.burst(case)
    await scene.tell(case, "assign")
    await scene.tell(case, "respond")
    await scene.tell(case, "ask_partner")
    await scene.burst(case)
    await scene.tell(case, "partner_answered")
    await scene.tell(case, "identify")
    await scene.tell(case, "post_status")
    await scene.burst(case)
    await scene.tell(case, "resolve")
    await scene.burst(case)
    await scene.tell(case, "close")
    await scene.burst(case)


async def a_case_that_misses_everything(scene: Scene) -> None:
    """Under one policy and another one, until somebody solves it, twice; it closes by itself."""
    case = await a_case(scene, policy={"duty_manager": "duty@support.example.com"})
    for _ in range(5):
        await scene.pass_deadline(case)
    await scene.burst(case)
    for _ in range(2):
        await scene.tell(case, "change_policy")
        await scene.pass_deadline(case)
    await scene.tell(case, "resolve")
    await scene.tell(case, "reopen")
    await scene.burst(case)
    await scene.tell(case, "resolve")
    await scene.pass_deadline(case, "close")


async def a_case_of_nobody(scene: Scene) -> None:
    """Nothing names an account; the address does, and another service takes it away again; the button does nothing."""
    case = await a_case(scene, channel="email", organization_id=None, main_email=None)
    await scene.burst(case)
    await scene.tell(case, "set_main_email", main_email=SUPER_ADMIN)
    await scene.pass_deadline(case)
    await scene.tell(case, "change_service", service="Zoho Campaigns")
    await scene.cancel(case)
    await scene.burst(case)


async def a_case(scene: Scene, *, rush: int = 0, **fixed: Any) -> LifecycleState:
    """S1, unless something else is said."""
    name = f"C-{scene.number:05}"
    given: dict[str, Any] = {
        "case_id": name,
        "channel": "widget",
        "service": "Zoho Mail",
        "organization_id": LARGE.zoid,
    }
    given |= {"main_email": SUPER_ADMIN, "customer_email": None, "zuid": None, "received_at": None, "policy": None}
    return await scene.begin("SupportCase", f"case-{name}", rush=rush, **given | fixed)
