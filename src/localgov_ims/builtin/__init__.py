"""Adapters that ship with the core, registered through the same hooks as any plugin."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from localgov_ims.files.profiles import ProfileReader, profile_from
from localgov_ims.files.readers import Reader
from localgov_ims.hooks import API_VERSION, LedgerExporterSpec, NotifierSpec, PaymentProviderSpec, hookimpl


@hookimpl
def ims_file_formats() -> list[Reader]:
    """Offer a reader for every profile in `profiles/`."""
    return [*_profile_readers()]


@hookimpl
def ims_ledger_exporters() -> list[LedgerExporterSpec]:
    """Offer `generic-csv`, `generic-fixed`, and `layout` for a council's own."""
    from localgov_ims.builtin.journal_layouts import specs  # noqa: PLC0415 - reading needs none

    return list(specs())


@hookimpl
def ims_notifiers() -> list[NotifierSpec]:
    """Offer `smtp`."""
    from localgov_ims.builtin.smtp import SmtpSettings, smtp  # noqa: PLC0415 - reading needs none

    return [NotifierSpec(name="smtp", api_version=API_VERSION, settings_model=SmtpSettings, factory=smtp)]


@hookimpl
def ims_payment_providers() -> list[PaymentProviderSpec]:
    """Offer `counter` and `agent-phone`."""
    from localgov_ims.builtin.at_the_desk import AGENT_PHONE, COUNTER  # noqa: PLC0415 - reading needs none

    return [COUNTER, AGENT_PHONE]


@cache  # they ship with the package, so they stay what they are
def _profile_readers() -> tuple[Reader, ...]:
    folder = resources.files("localgov_ims.builtin") / "profiles"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name
    )
    tables = [tomllib.loads(file.read_text("utf-8"))["profiles"] for file in files]
    return tuple(
        ProfileReader(profile_from(name, profile)) for table in tables for name, profile in table.items()
    )
