"""The fields of a long form under headings, in the order of the hearing sheets. Forms A, B and E."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from domain.links import Purpose
from web.links.sheets import CONDITIONAL
from web.model_fields import Field
from web.reader import Reader

LAST: Final = ""
"""The heading of whatever no other one has."""

BEGINS: Final[Mapping[Purpose, Mapping[str, str]]] = {
    Purpose.PROVISIONING: {
        "form.company_name": "customer",
        "form.address1": "headquarters",
        "form.partner_company": "partner",
        "form.admin_email": "administrator",
        "form.number_of_sites": "sites",
        "form.existing_customer": "existing",
    },
    Purpose.GRADUATION: {
        "form.manager_first_name": "manager",
        "form.customer_name": "customer",
        "form.checklist_completed": "progress",
        "form.renewal_contact": "contacts",
        "form.outstanding_issues": "afterwards",
        "form.copy_wanted": "copy",
    },
    Purpose.OPTION: {"kind": "option"},
}
"""By purpose: the field with which a heading begins."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A field, and when it is shown."""

    field: Field
    when: str = ""
    """A class of the style sheet; empty: always."""


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading."""

    title: str
    shown: tuple[Shown, ...]


def sections_of(purpose: Purpose, fields: Sequence[Field], reader: Reader) -> tuple[Section, ...]:
    """All fields, each once."""
    found: list[tuple[str, list[Shown]]] = []
    for each in _flat(fields):
        begins = BEGINS[purpose].get(each.name)
        if begins is not None or not found:
            found.append((begins or LAST, []))
        found[-1][1].append(_shown(purpose, each))
    return tuple(Section(reader.say(f"forms.part_{title}"), tuple(shown)) for title, shown in found)


def beside_no_field(fields: Sequence[Field]) -> tuple[str, ...]:
    """What was refused of the form as a whole."""
    return tuple(words for each in fields if each.name == "form" for words in each.errors)


def _flat(fields: Sequence[Field]) -> Iterator[Field]:
    """The message holds the form as one of its fields; people see only the form. What is kept back of the named users
    stands with those of the sites."""
    flat = [part for each in fields for part in (each.parts if each.name == "form" else (each,))]
    kept_back = [each for each in flat if each.name == "form.reserve"]
    for each in flat:
        if each not in kept_back:
            yield each
        if each.name == "form.sites":
            yield from kept_back


def _shown(purpose: Purpose, field: Field) -> Shown:
    """A detail that is asked for only after some answer has to be given then."""
    if field.name == "form.number_of_sites":
        return Shown(replace(field, required=True))
    if field.name == "form.sites":
        return Shown(replace(field, parts=tuple(replace(site, required=True) for site in field.parts)))
    if field.name in CONDITIONAL:
        return Shown(replace(field, required=True), "when-yes")
    if purpose is Purpose.OPTION and field.parts:
        return Shown(replace(field, required=True), f"when when-{field.name.replace('_', '-')}")
    return Shown(field)
