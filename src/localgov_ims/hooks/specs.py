"""The hooks: what each is asked, when, and what the answer means.

A plugin is a module or object registered in the entry-point group `localgov_ims`; it marks its functions with
`hookimpl`. *Offer* hooks take no argument and return records that carry a `name` and an `api_version`. *Hear* hooks are
told of what was recorded already.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from localgov_ims.domain.hearings import JournalExported
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.postings import Posting
from localgov_ims.files.readers import Reader
from localgov_ims.hooks.interfaces import LedgerExporterSpec
from localgov_ims.hooks.notifiers import NotifierSpec
from localgov_ims.hooks.providers import PaymentProviderSpec
from localgov_ims.hooks.settlement_sources import SettlementSourceSpec

GROUP = "localgov_ims"
"""Name of the entry-point group, and of the project in pluggy's terms."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@hookspec
def ims_file_formats() -> Iterable[Reader]:  # type: ignore[empty-body]
    """Offer readers of other people's files: bank statements and settlements.

    Called once, when plugins are loaded. Each reader's name is what settings and `--format` choose it by;
    two of one name are refused.
    """


@hookspec
def ims_ledger_exporters() -> Iterable[LedgerExporterSpec]:  # type: ignore[empty-body]
    """Offer exporters of journals.

    Called once, when plugins are loaded. A ledger's settings name the exporter it uses.
    """


@hookspec(firstresult=True)
def ims_ledger_account(posting: Posting) -> LedgerAccount | None:
    """Decide which ledger code a posting goes to; none leaves it to the next plugin, and last to the settings.

    Called for every posting of every journal that is built, so it must be quick, and must give equal postings equal
    codes. The code is stored on the journal line: what is answered later never changes a journal.
    """


@hookspec
def ims_journal_exported(export: JournalExported) -> None:
    """Hear that a file was made of a journal: carry it to the finance system, or tell somebody.

    Called after the export was recorded, for each enabled plugin by itself. What is raised is kept and reported, undoes
    nothing, and holds up no other plugin; the plugin is told again later, with the same `export.id`. It may be told
    twice of one export, so it must act once for each id.
    """


@hookspec
def ims_notifiers() -> Iterable[NotifierSpec]:  # type: ignore[empty-body]
    """Offer ways of sending a message to a person.

    Called once, when plugins are loaded. Nothing is made or connected by it: the factory of a spec is called with
    its settings when a council that uses it is opened.
    """


@hookspec
def ims_payment_providers() -> Iterable[PaymentProviderSpec]:  # type: ignore[empty-body]
    """Offer providers that take payers' money.

    Called once, when plugins are loaded. Nothing is made or connected by it: the factory of a spec is called with the
    settings of an account when a service needs it.
    """


@hookspec
def ims_settlement_sources() -> Iterable[SettlementSourceSpec]:  # type: ignore[empty-body]
    """Offer ways of fetching what providers paid out, as files that a reader of the same plugin reads.

    Called once, when plugins are loaded; the factory of a spec is called when settlements are fetched.
    """
