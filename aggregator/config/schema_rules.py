"""Categories and filters as they are written; part of :mod:`aggregator.config.schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field, model_validator

from aggregator.config.fields import Content, Line, Lines, Pattern, Section

if TYPE_CHECKING:
    from typing import Self


class ConditionSection(Section):
    """When a rule holds. Several keys in one mapping: all of them must."""

    title_matches: Pattern | None = Field(
        default=None, description="A regular expression found in the title."
    )
    text_matches: Pattern | None = Field(default=None, description="… in the text.")
    url_matches: Pattern | None = Field(default=None, description="… in the URL of the original.")
    author_matches: Pattern | None = Field(default=None, description="… in an author's name.")
    tags_matches: Pattern | None = Field(default=None, description="… in one of the tags.")
    origin_matches: Pattern | None = Field(
        default=None, description="… in the name of who published it first."
    )
    title_in: Lines | None = Field(
        default=None, min_length=1, description="The whole title is one of these, blind to case."
    )
    text_in: Lines | None = Field(default=None, min_length=1, description="… the whole text.")
    url_in: Lines | None = Field(default=None, min_length=1, description="… the URL of the original.")
    author_in: Lines | None = Field(default=None, min_length=1, description="… an author's name.")
    tags_in: Lines | None = Field(default=None, min_length=1, description="… one of the tags.")
    origin_in: Lines | None = Field(
        default=None, min_length=1, description="… the name of who published it first."
    )
    all: list[ConditionSection] | None = Field(
        default=None, min_length=1, description="Every one of these conditions holds."
    )
    any: list[ConditionSection] | None = Field(
        default=None, min_length=1, description="At least one of these conditions holds."
    )
    not_: ConditionSection | None = Field(
        default=None, alias="not", description="This condition does not hold."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("holds no condition, such as title_matches")
        return self


class FilterSection(Section):
    """One rule about items: `drop` what it describes, or `keep` only that."""

    drop: ConditionSection | None = Field(default=None, description="Items that are left out.")
    keep: ConditionSection | None = Field(default=None, description="Only such items stay.")

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        if (self.drop is None) == (self.keep is None):
            raise ValueError("must hold either drop or keep")
        return self


class IncludeSection(Section):
    """Which items belong to a category besides those that name it; one of these suffices."""

    tags: Lines = Field(default=[], description="Items with one of these tags, blind to case.")
    sources: Lines = Field(default=[], description="Items of these sources, by id.")
    title_matches: Pattern | None = Field(
        default=None, description="Items with this regular expression in the title."
    )


class CategorySection(Section):
    """A category that is declared; undeclared ones come into being when an item names them."""

    slug: Line | None = Field(
        default=None,
        description="Its name in file names and URLs; what is no safe ASCII gets another form there."
        " May be left out if there is a title.",
    )
    title: Line | None = Field(
        default=None, description="Its name for readers. Unset: the commonest tag of its posts."
    )
    aliases: Lines = Field(default=[], description="Other names that items may use for it.")
    was: Lines = Field(default=[], description="Slugs it had before; a redirect stays there.")
    include: IncludeSection = Field(
        default_factory=IncludeSection, description="Which items belong to it unasked."
    )
    filters: list[FilterSection] = Field(
        default=[], description="Rules for this category alone, like `filters`."
    )
    content: Content | None = Field(
        default=None, description="What its entries carry. Unset: as `output.content`."
    )
    entries: int | None = Field(default=None, ge=1, le=10_000, description="Its `output.entries`.")

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if not self.slug and not self.title:
            raise ValueError("needs a slug or a title")
        return self

    @property
    def name(self) -> str:
        """The name that its slug is made from."""
        return self.slug or self.title or ""


def _named(value: object) -> object:
    """A bare word in the list of categories is its slug."""
    return {"slug": value} if isinstance(value, str) else value


Categories = list[
    Annotated[CategorySection, BeforeValidator(_named, json_schema_input_type=str | CategorySection)]
]
