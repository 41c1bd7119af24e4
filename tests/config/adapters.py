"""Two small adapters with options of their own: a local one and a remote one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from aggregator.model import Batch, Listing, Reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from aggregator.contracts import Adapter, Web
    from aggregator.exchange import Exchange
    from aggregator.model import Bookmark, Document, Source


class FolderOptions(BaseModel):
    """Folders with posts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str | list[str] = Field(description="The folder, or a list of folders.")
    depth: int = Field(default=3, ge=0, description="How deep to look.")

    @property
    def location(self) -> str:
        return self.path if isinstance(self.path, str) else ", ".join(sorted(self.path))


class Login(BaseModel):
    """What it asks for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: str = Field(description="The address of the form.")


class WebOptions(BaseModel):
    """An address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(description="Where it is.")
    strict: bool = Field(default=False, description="Whether to be strict.")
    parts: dict[str, Login] = Field(default={}, description="Parts with a log-in of their own.")
    key: UUID | None = Field(default=None, description="Its key.")
    code: str = Field(default="a", pattern="^[a-z]$", description="Its code.")
    flavour: Literal["plain"] = Field(default="plain", description="What it tastes of.")

    @property
    def location(self) -> str:
        return self.url


class _Silent:
    remote = False
    isolated = False

    async def fetch(
        self, source: Source, bookmark: Bookmark, web: Web
    ) -> AsyncIterator[Listing | Batch | Exchange]:
        del source, bookmark, web
        yield Batch()

    def parse(self, source: Source, document: Document) -> Reading:
        del source, document
        return Reading()


class Folder(_Silent):
    name = "folder"
    options = FolderOptions


class Site(_Silent):
    name = "web"
    options = WebOptions


class NewerFolder(Folder):
    version = 2


ADAPTERS: Mapping[str, Adapter] = {"folder": Folder(), "web": Site()}
