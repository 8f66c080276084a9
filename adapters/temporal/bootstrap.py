"""What a namespace needs before the first workflow: its search attributes, and a memory longer than a lifecycle."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

VISIBLE_WITHIN: Final = timedelta(seconds=60)
"""From registration until queries know an attribute: at once on the embedded server, a cache's life on a cluster."""


class NamespaceNotPrepared(Exception):
    """The namespace is not as the workflows need it and could not be made so; one line says what is missing."""


class NoSuchNamespace(NamespaceNotPrepared):
    """The server has no namespace of this name."""

    def __init__(self, namespace: str) -> None:
        super().__init__(f"the Temporal server has no namespace {namespace}: create it, or set TEMPORAL_NAMESPACE")


class SearchAttributeTypeDiffers(NamespaceNotPrepared):
    """An attribute exists with another type; the server would accept ours without a word and change nothing."""

    def __init__(self, differing: Mapping[str, tuple[str, str]]) -> None:
        told = ", ".join(f"{name} is {theirs}, not {ours}" for name, (theirs, ours) in sorted(differing.items()))
        super().__init__(f"search attributes of another type: {told}; remove them, or use another namespace")
        self.differing = dict(differing)


class NotOurNamespace(NamespaceNotPrepared):
    """The server does not let this client change the namespace: somebody who may has to do it."""

    def __init__(self, namespace: str, needed: str) -> None:
        super().__init__(f"not allowed to prepare namespace {namespace}: have an administrator {needed}")


class SearchAttributesNotVisible(NamespaceNotPrepared):
    """Registered, and still unknown to queries after a minute."""

    def __init__(self, names: Sequence[str], reason: str) -> None:
        super().__init__(f"search attributes {', '.join(names)} are registered and not visible: {reason}")


async def prepare_namespace(client: Client, keys: Sequence[SearchAttributeKey[Any]], retention: timedelta) -> None:
    """Register the search attributes that are missing and keep closed workflows for at least `retention`.

    Any number of times, by any number of workers: what is there already is left as it is, so a namespace prepared by an
    administrator asks for no rights. A longer retention than ours stays. Returns when queries know every attribute.
    """
    await _keep_closed_workflows(client, retention)
    await _register(client, keys)
    await _until_visible(client, keys)


async def _keep_closed_workflows(client: Client, retention: timedelta) -> None:
    try:
        found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as refused:
        raise NoSuchNamespace(client.namespace) if refused.status == RPCStatusCode.NOT_FOUND else refused from None
    if found.config.workflow_execution_retention_ttl.ToTimedelta() >= retention:
        return
    wanted = Duration()
    wanted.FromTimedelta(retention)
    config = NamespaceConfig(workflow_execution_retention_ttl=wanted)
    with _allowed(client, f"set its retention to {retention.days} days"):
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(namespace=client.namespace, config=config)
        )


async def _register(client: Client, keys: Sequence[SearchAttributeKey[Any]]) -> None:
    request = ListSearchAttributesRequest(namespace=client.namespace)
    have = (await client.operator_service.list_search_attributes(request)).custom_attributes
    wanted = {key.name: IndexedValueType.ValueType(int(key.indexed_value_type)) for key in keys}
    differing = {
        name: (_type_name(have[name]), _type_name(ours))
        for name, ours in wanted.items()
        if name in have and have[name] != ours
    }
    if differing:
        raise SearchAttributeTypeDiffers(differing)
    missing = {name: ours for name, ours in wanted.items() if name not in have}
    if missing:
        with _allowed(client, "register " + ", ".join(f"{name} ({_type_name(missing[name])})" for name in missing)):
            await client.operator_service.add_search_attributes(
                AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
            )


async def _until_visible(client: Client, keys: Sequence[SearchAttributeKey[Any]]) -> None:
    unknown = "no answer"
    try:
        async with asyncio.timeout(VISIBLE_WITHIN.total_seconds()):
            while keys:
                try:
                    await client.count_workflows(" AND ".join(f"`{key.name}` IS NULL" for key in keys))
                except RPCError as refused:
                    if refused.status != RPCStatusCode.INVALID_ARGUMENT:
                        raise
                    unknown = refused.message
                else:
                    return
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise SearchAttributesNotVisible([key.name for key in keys], unknown) from None


@contextmanager
def _allowed(client: Client, needed: str) -> Iterator[None]:
    try:
        yield
    except RPCError as refused:
        if refused.status in {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED}:
            raise NotOurNamespace(client.namespace, needed) from None
        raise


def _type_name(kind: int) -> str:
    """`INDEXED_VALUE_TYPE_KEYWORD_LIST` as the `temporal` CLI says it: KeywordList."""
    words = IndexedValueType.Name(IndexedValueType.ValueType(kind)).removeprefix("INDEXED_VALUE_TYPE_").split("_")
    return "".join(word.capitalize() for word in words)
