"""Real, small stand-ins for the outside world, behind the same contracts as the real parts."""

from __future__ import annotations

from tests.fake_publishing import FakeLibrary, FakePublishing, FakeRouting
from tests.fake_refreshing import FakeRefreshing


class FakeStore(FakeRefreshing, FakeRouting, FakePublishing, FakeLibrary):
    """RefreshStore, RoutingStore, PublishStore and Library in memory: slow, plain, obvious."""

    def __init__(self, site_uuid: str = "00000000-0000-4000-8000-000000000000") -> None:
        super().__init__()
        self.site_uuid = site_uuid
