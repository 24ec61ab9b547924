"""What every service works with: one council's settings, store and plugins, a clock, and who is asking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

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
        request: What the web or a job calls this piece of work; kept in the audit entries where it is not empty.
    """

    council: Council
    store: Store
    readers: Sequence[Reader]
    options: Mapping[str, Options]
    exporters: Mapping[str, LedgerExporterSpec]
    clock: Clock
    actor: str
    request: str = ""

    def unit(self, action: str) -> Unit:
        """Begin a unit of work of the actor."""
        unit = self.store.unit(action, by=self.actor)
        if self.request:
            unit.detail["request"] = self.request
        return unit

    def acting(self, name: str) -> Installation:
        """Return the same council with somebody else at work; their rights are read when a service asks."""
        return evolve(self, actor=name)
