"""The long forms behind links: what each asks, and how it speaks to its reader. Forms A, B, E."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from adapters.mail.labels import label_of
from domain.links import Purpose
from domain.option.messages import DETAILED, RequestOption
from domain.order.messages import Graduate, SubmitForm
from domain.order.row import OrderRow
from domain.reasons import Problem, without_rules
from domain.subscription.row import SubscriptionRow
from domain.values import Country, Language, Message, Source
from web.links.followed import Followed
from web.model_fields import Wording
from web.model_forms import ModelForm
from web.model_values import Typed
from web.reader import Reader
from web.words import is_said

MODELS: Final[Mapping[Purpose, type[Message]]] = {
    Purpose.PROVISIONING: SubmitForm,
    Purpose.GRADUATION: Graduate,
    Purpose.OPTION: RequestOption,
}
"""Purposes whose page is a form made from the message itself."""

OF_LABELS: Final = {Purpose.PROVISIONING: "ProvisioningForm", Purpose.GRADUATION: "GraduationForm"}
"""Their fields are called as in the copies of them."""

CONDITIONAL: Final = {"form.upsell_comments": "form.upsell", "form.copy_email": "form.copy_wanted"}
"""Fields 17 and 19 of Form B appear when the question before is answered yes. ORD-30."""

AUTOCOMPLETE: Final = {
    "form.manager_first_name": "given-name",
    "form.manager_last_name": "family-name",
    "form.manager_email": "email",
    "form.partner_first_name": "given-name",
    "form.partner_last_name": "family-name",
    "form.partner_email": "email",
}
"""What people say of themselves."""

ALIKE: Final = ("email", "phone")
"""How fields end that are refused in the same words wherever they stand."""

OF_SITES: Final = ("language.site", "session_type.site", "logo.site", "site_split.taken_from")
"""Fields of an option request that name a site which is there already."""

KNOWN_COUNTRY: Final = TypeAdapter(Country)


def sheet(found: Followed, reader: Reader) -> ModelForm[Any]:
    """The form of a link, in its reader's words."""
    return ModelForm(
        MODELS[found.purpose],
        zone=_zone(found, reader),
        hidden=frozenset({"reason", "policy", "requested_at"}),
        fixed=_fixed(found),
        wording=_wording(found, reader),
    )


def as_answered(typed: Typed) -> Typed:
    """What stands in a field whose question is answered no was typed before that, and is not said."""
    unasked = {field for field, question in CONDITIONAL.items() if "yes" not in typed.get(question, ())}
    return {name: texts for name, texts in typed.items() if name not in unasked}


def of_the_kind(typed: Typed) -> Typed:
    """Of an option request: the details of another kind, chosen before, are not said. OPT-02."""
    kind = "".join(typed.get("kind", ()))
    others = tuple(each for each in DETAILED if each != kind)
    return {name: texts for name, texts in typed.items() if name.partition(".")[0] not in others}


def _fixed(found: Followed) -> dict[str, Any]:
    known: dict[str, Any] = {"by": found.by, "source": Source.PORTAL.value}
    if found.purpose is not Purpose.OPTION:
        return known
    state = found.row.state
    requester = found.reader.model_dump(mode="json") if found.reader else None
    return known | {
        "request_id": f"web-{found.mark[:16]}",
        "subscription_id": state.subscription_id,
        "partner_id": state.partner_id,
        "requester": requester,
    }


def _zone(found: Followed, reader: Reader) -> str:
    return found.reader.zone if found.reader else reader.zone


def _wording(found: Followed, reader: Reader) -> Wording:
    return Wording(
        label=lambda path: _label(found.purpose, path, reader),
        hint=lambda path, _said: _said_if_there(f"hint_{_key(path)}", reader),
        choice=lambda path, value: _choice(path, value, reader),
        problem=lambda problem: in_words(problem, reader, found),
        autocomplete=lambda path: AUTOCOMPLETE.get(path, "off"),
        choices=lambda path: _choices(found, path, reader),
    )


def _key(path: str) -> str:
    """`form.sites.url` is `sites_url`."""
    return path.removeprefix("form.").replace(".", "_")


def _label(purpose: Purpose, path: str, reader: Reader) -> str:
    model = OF_LABELS.get(purpose)
    own = label_of(model, path.removeprefix("form."), reader.language) if model else None
    name = f"forms.field_{_key(path)}"
    return reader.say(name) if is_said(name) else own or _key(path)


def _said_if_there(name: str, reader: Reader) -> str:
    return reader.say(f"forms.{name}") if is_said(f"forms.{name}") else ""


def _choice(path: str, value: str, reader: Reader) -> str:
    if value in {"yes", "no"}:
        return reader.say(f"forms.{value}")
    if path.endswith("language"):
        return str(reader.locale.languages.get(value, value))
    return reader.word(f"forms.{_key(path)}", value)


def _choices(found: Followed, path: str, reader: Reader) -> Sequence[tuple[str, str]] | None:
    """Of fields that a model leaves free: countries by their names, and sites by what there is."""
    if path == "form.country":
        return countries(reader)
    if path == "form.site_url" and isinstance(found.row, OrderRow):
        return [(site, site) for site in found.row.state.sites]
    return sites_of(found.row).get(path) if isinstance(found.row, SubscriptionRow) else None


def sites_of(row: SubscriptionRow) -> dict[str, list[tuple[str, str]]]:
    """To choose from in Form E; where none is known its name is typed."""
    return {field: [(site.url, site.url) for site in row.sites] for field in OF_SITES if row.sites}


def countries(reader: Reader) -> list[tuple[str, str]]:
    """Their codes, and their names in the reader's language by which they are sorted."""
    known = [(code, str(name)) for code, name in reader.locale.territories.items() if _is_country(code)]
    return sorted(known, key=lambda pair: pair[1])


def _is_country(code: str) -> bool:
    if len(code) != 2 or not code.isalpha():  # noqa: PLR2004 - ISO 3166-1
        return False
    try:
        KNOWN_COUNTRY.validate_python(code)
    except ValueError:
        return False
    return True


def in_words(problem: Problem, reader: Reader, found: Followed) -> str:
    """The update's own refusal: in the reader's language where it has no more to say than its code does, else as it is
    said of this very field."""
    field = _unnumbered(problem.field or "")
    of_field = f"forms.problem_{_key(field)}_{problem.code}"
    if is_said(of_field):
        return reader.say(of_field, **_facts(found))
    known = [f"forms.problem_{kind}_{problem.code}" for kind in ALIKE if field.endswith(kind)]
    known += [f"forms.problem_{problem.code}"] if reader.language is not Language.ENGLISH else []
    words = next((name for name in known if is_said(name)), "")
    return reader.say(words) if words else without_rules(problem.message)


def _unnumbered(path: str) -> str:
    return "".join(part.partition("]")[2] if number else part for number, part in enumerate(path.split("[")))


def _facts(found: Followed) -> dict[str, str]:
    """What a refusal may name."""
    if not isinstance(found.row, OrderRow):
        return {}
    state = found.row.state
    return {
        "bought": str(state.named_hosts),
        "months": str(state.term_months),
        "sites": ", ".join(state.sites),
    }
