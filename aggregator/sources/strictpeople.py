"""What authors and categories do for the strict reader; part of :mod:`aggregator.sources.strictelements`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.sources.strictelements import forget, within
from aggregator.sources.strictnames import DeclinedError, Why

if TYPE_CHECKING:
    from aggregator.sources.strictplaces import Attributes, Element
    from aggregator.sources.strictreading import StrictReading

_MEDIA_SCHEME, _ITUNES_SCHEME = "http://search.yahoo.com/mrss/category_schema", "http://www.itunes.com/"


def author(reading: StrictReading, element: Element, _: Attributes) -> None:
    """An author by name alone."""
    reading.said.authors.append({})
    reading.collect(element.key, _keep_author)


def _keep_author(reading: StrictReading, _key: str, value: str) -> None:
    if value:
        reading.said.authors[-1]["name"] = within(value)


def person(reading: StrictReading, element: Element, _: Attributes) -> None:
    """An author by name, address and e-mail."""
    reading.said.authors.append({})
    reading.go_in(element, reading.said)


def of_person(reading: StrictReading, element: Element, _: Attributes) -> None:
    """One of these, of the last author."""
    reading.collect(element.key, _keep_of_person)


def _keep_of_person(reading: StrictReading, key: str, value: str) -> None:
    if not reading.said.authors:
        reading.said.authors.append({})
    reading.said.authors[-1][key] = within(value)


def category(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """A category, as attributes or as text."""
    if attributes:
        scheme = attributes.get("scheme", attributes.get("domain"))
        reading.said.add_term(attributes.get("term"), scheme, attributes.get("label"))
    reading.collect(element.key, forget if attributes.get("term") else _name_category)


def media_category(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """The same in Media RSS."""
    category(reading, element, {**attributes, "scheme": attributes.get("scheme", _MEDIA_SCHEME)})


def _name_category(reading: StrictReading, _key: str, value: str) -> None:
    if value:
        reading.said.name_term(within(value))


def keywords(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """Several between commas."""
    if attributes:
        raise DeclinedError(Why.ATTRIBUTE)
    reading.collect(element.key, _keep_keywords)


def _keep_keywords(reading: StrictReading, key: str, value: str) -> None:
    scheme = _ITUNES_SCHEME if key == "itunes" else None
    for term in filter(None, map(str.strip, within(value).split(","))):
        reading.said.add_term(term, scheme, None)
