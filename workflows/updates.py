"""The handlers of a lifecycle's updates, made from its row in the table of lifecycles."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.kind import Kind
    from domain.lifecycle import LifecycleState
    from domain.lifecycles import updates_of
    from domain.updates import Update
    from domain.values import Message
    from domain.view import LifecycleView
    from workflows.lifecycle import LifecycleWorkflow
    from workflows.messages import described

W = TypeVar("W", bound=type[LifecycleWorkflow[Any]])

Handler = Callable[[Any, Any], LifecycleView] | Callable[[Any, Any], Awaitable[LifecycleView]]


def takes_updates_of(kind: Kind[Any]) -> Callable[[W], W]:
    """A decorator, to stand below `workflow.defn`: gives the class a handler for each update of its row.

    A handler does what the state's method of that name does, and answers with the view. Where more is to be done, the
    class has a method of the update's name, and that is the handler.
    """

    def decorated(cls: W) -> W:
        for name, update in updates_of(kind).items():
            own = getattr(cls, name, None)
            handler = _handler(name, update, own or _forwarded(getattr(kind.state, name)))
            defined = workflow.update(name=name, description=described(kind, name))(handler)
            defined.validator(_validator(kind.state, name, update))
            setattr(cls, name, handler)
        return cls

    return decorated


def _forwarded(act: Callable[[Any, Any, Any], None]) -> Handler:
    def handler(self: LifecycleWorkflow[Any], message: Message) -> LifecycleView:
        act(self.state, message, workflow.now())
        return self.view()

    return handler


def _handler(name: str, update: Update, does: Handler) -> Callable[..., Any]:
    """A function of its own for each class and update: Temporal reads from it what the message is."""
    if iscoroutinefunction(does):

        async def handler(self: Any, message: Any) -> Any:
            return await does(self, message)

    else:

        def handler(self: Any, message: Any) -> Any:  # type: ignore[misc]
            return does(self, message)

    handler.__name__ = name
    handler.__annotations__ = {"message": update.message, "return": LifecycleView}
    return handler


def _validator(state: type[LifecycleState], name: str, update: Update) -> Callable[[Any, Any], None]:
    check: Callable[[Any, Any, Any], None] | None = getattr(state, f"check_{name}", None)

    def validate(self: LifecycleWorkflow[Any], message: Message) -> None:
        if check is not None:
            check(self.state, message, workflow.now())
        elif update.event is not None:
            self.state.table.after(self.state.stage, update.event)

    validate.__annotations__ = {"message": update.message, "return": None}
    return validate
