"""Duplicates and races on the real server: one application each, and everybody told the same. E1 to E5."""

import asyncio

import pytest

from tests.e2e.city import City, said_no
from tests.makers import an_order, cleared, submitted

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_two_updates_in_one_task(city: City) -> None:
    for n in range(5):
        order = await city.place(an_order(f"SO-70000{n}"))
        print(
            await asyncio.gather(
                said_no(order.execute_update("clear_compliance", cleared())),
                said_no(order.execute_update("submit_provisioning_form", submitted())),
            )
        )
        await asyncio.sleep(2)
        print((await order.describe()).status, (await city.state(order)).stage)
        print(city.told(f"SO-70000{n}"))
    assert 0
