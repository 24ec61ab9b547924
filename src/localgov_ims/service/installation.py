"""What every service works with: one council's settings, store and plugins, a clock, and who is asking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.files.readers import Options, Reader
from localgov_ims.hooks.interfaces import LedgerExporterSpec
from localgov_ims.service.council import Council
from localgov_ims.storage.store import Store, Unit


@frozen(kw_only=True)
class Installation:
    """A council's income management, ready to work. Made by `bootstrap.open_installation`.

    Attributes:
        options: What the settings say to a reader, by its name.
        actor: Who is asking; every audit entry names them.
    """

    council: Council
    store: Store
    readers: Sequence[Reader]
    options: Mapping[str, Options]
    exporters: Mapping[str, LedgerExporterSpec]
    clock: Clock
    actor: str

    def unit(self, action: str) -> Unit:
        """Begin a unit of work of the actor."""
        return self.store.unit(action, by=self.actor)
