"""Fetching settlements: what a provider paid out comes over the network and goes through the door for files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date

from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.service.files.importing import ImportResult, import_file
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_reading


def fetch_settlements(
    installation: Installation, source: str, since: date, until: date
) -> Iterator[ImportResult]:
    """Fetch the payouts of these days, both included, and yield what became of each; each is recorded once.

    Whatever was yielded stays recorded when a later one does not come; ask for the same days again.

    Raises:
        ConfigurationError: The settings have no account of that name whose payouts are fetched.
        RuleViolation: The days are the wrong way round.
        AdapterError: The provider did not give all of a payout.
        NotPermitted: The permission import.send is missing.
    """
    permit_reading(installation, Permission.IMPORT_SEND)
    chosen = installation.settlement_sources.get(source)
    if chosen is None:
        there_are = ", ".join(sorted(installation.settlement_sources)) or "none"
        message = f"There is no [providers.{source}] whose payouts can be fetched; there are: {there_are}."
        raise ConfigurationError("no_settlement_source", message, source=source)
    if since > until:
        message = f"{since:%d %B %Y} is after {until:%d %B %Y}: give the first day first."
        raise RuleViolation("bad_days", message)
    with chosen.opened() as opened:
        for download in opened.fetch(since, until):
            yield import_file(installation, Incoming(name=download.name, stream=io.BytesIO(download.content)))
