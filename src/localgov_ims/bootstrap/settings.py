"""Settings: TOML into records, with every fault named by its path.

The file is the person's; the database holds every version of it that was ever in force, and is what is read.
Secrets do not belong here.
"""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import holidays
from attrs import field, frozen

from localgov_ims.allocation.rules import Rule
from localgov_ims.bootstrap.structuring import structured
from localgov_ims.domain.accounts import BankAccount
from localgov_ims.domain.calendar import Calendar
from localgov_ims.domain.check_digits import CheckDigits
from localgov_ims.domain.clients import Client
from localgov_ims.domain.ereturn_templates import EReturnTemplate
from localgov_ims.domain.feeds import Feed
from localgov_ims.domain.funds import Fund
from localgov_ims.domain.import_types import ImportType
from localgov_ims.domain.ledgers import Ledger
from localgov_ims.domain.messages import FundMessage
from localgov_ims.domain.methods import MethodOfPayment, SpecialMethods
from localgov_ims.domain.offices import Office
from localgov_ims.domain.over_short import OverShort
from localgov_ims.domain.references import ReferenceFormat
from localgov_ims.domain.retention import Periods
from localgov_ims.domain.roles import SHIPPED_ROLES, FundGroup, Role
from localgov_ims.domain.service_users import ServiceUser
from localgov_ims.domain.sign_offs import SignOffDuty
from localgov_ims.domain.till_settings import TillSettings
from localgov_ims.domain.two_person import TwoPersonLimits
from localgov_ims.domain.vat import Rounding, VatCode
from localgov_ims.domain.write_offs import WriteBackAccount, WriteOffAccount
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.profiles import Profile, profile_from
from localgov_ims.files.readers import Options, Reader
from localgov_ims.reconciliation.recognisers import IncomeSource, Recogniser
from localgov_ims.reconciliation.rules import MatchRule
from localgov_ims.reconciliation.shipped import in_order
from localgov_ims.reconciliation.tariffs import Tariff
from localgov_ims.service.council import Council

_KEYED = {
    "bank_accounts": "name", "ledgers": "name", "funds": "code", "methods": "code", "vat": "code", "sources": "name", "tariffs": "name",
    "check_digits": "name", "reference_formats": "name", "offices": "code", "fund_messages": "code", "clients": "name",
    "roles": "name", "fund_groups": "name", "ereturn_templates": "name", "import_types": "code", "service_users": "number",
    "feeds": "name",
}  # fmt: skip
"""Sections whose tables are named by their key: `[funds.23]` is the fund with code 23."""


class Subdivision(enum.Enum):
    """The part of the United Kingdom whose bank holidays count."""

    ENGLAND = "ENG"
    WALES = "WLS"
    SCOTLAND = "SCT"
    NORTHERN_IRELAND = "NIR"


@cache
def _calendar(subdivision: Subdivision) -> Calendar:
    days = holidays.country_holidays("GB", subdiv=subdivision.value, years=range(2010, 2041))
    return Calendar(frozenset(days))


@frozen(kw_only=True)
class CouncilSection:
    """Who the council is.

    Attributes:
        subdivision: Whose bank holidays count: ENG, WLS, SCT or NIR.
        address, vat_number: What receipts print under its name.
        personal_narratives: Whether what people write beside a line is kept as personal data, which can be retired.
    """

    name: str
    subdivision: Subdivision
    vat_rounding: Rounding = Rounding.HALF_EVEN
    address: tuple[str, ...] = ()
    vat_number: str | None = None
    personal_narratives: bool = False

    @property
    def calendar(self) -> Calendar:
        """The working days of the council's part of the United Kingdom."""
        return _calendar(self.subdivision)


@frozen(kw_only=True)
class DatabaseSection:
    """Where records are kept: a SQLAlchemy URL; a relative SQLite path starts at the settings' folder."""

    url: str


@frozen(kw_only=True)
class Settings:
    """Everything a settings file may hold."""

    council: CouncilSection
    database: DatabaseSection
    special_methods: SpecialMethods
    plugins: Mapping[str, Mapping[str, Any]] = field(factory=dict)
    notifier: Mapping[str, Any] = field(factory=dict)
    providers: Mapping[str, Mapping[str, Any]] = field(factory=dict)
    bank_accounts: Mapping[str, BankAccount] = field(factory=dict)
    ledgers: Mapping[str, Ledger] = field(factory=dict)
    funds: Mapping[str, Fund] = field(factory=dict)
    methods: Mapping[str, MethodOfPayment] = field(factory=dict)
    vat: Mapping[str, VatCode] = field(factory=dict)
    offices: Mapping[str, Office] = field(factory=dict)
    fund_messages: Mapping[str, FundMessage] = field(factory=dict)
    two_person: TwoPersonLimits = field(factory=TwoPersonLimits)
    clients: Mapping[str, Client] = field(factory=dict)
    roles: Mapping[str, Role] = field(factory=dict)
    fund_groups: Mapping[str, FundGroup] = field(factory=dict)
    retention: Periods = field(factory=Periods)
    over_short: OverShort | None = None
    write_off: WriteOffAccount | None = None
    write_back: WriteBackAccount | None = None
    tills: TillSettings | None = None
    ereturn_templates: Mapping[str, EReturnTemplate] = field(factory=dict)
    sources: Mapping[str, IncomeSource] = field(factory=dict)
    tariffs: Mapping[str, Tariff] = field(factory=dict)
    import_types: Mapping[str, ImportType] = field(factory=dict)
    service_users: Mapping[str, ServiceUser] = field(factory=dict)
    feeds: Mapping[str, Feed] = field(factory=dict)
    payables: Mapping[str, Any] = field(factory=dict)
    check_digits: Mapping[str, CheckDigits] = field(factory=dict)
    reference_formats: Mapping[str, ReferenceFormat] = field(factory=dict)
    formats: Mapping[str, Mapping[str, Any]] = field(factory=dict)
    profiles: Mapping[str, Mapping[str, Any]] = field(factory=dict)
    recogniser: tuple[Recogniser, ...] = ()
    rule: tuple[Rule, ...] = ()
    match_rule: tuple[MatchRule, ...] = ()
    sign_off: tuple[SignOffDuty, ...] = ()

    def council_record(self) -> Council:
        """Return the council in the words of the domain, checked as a whole.

        Raises:
            ConfigurationError: Two sections contradict each other.
        """
        return Council(
            name=self.council.name, bank_accounts=self.bank_accounts, funds=self.funds, methods=self.methods,
            special=self.special_methods, vat_codes=self.vat, formats=self.reference_formats,
            sources=self.sources, recognisers=self.recogniser, rules=self.rule,
            match_rules=in_order(self.match_rule), tariffs=self.tariffs, ledgers=self.ledgers, calendar=self.council.calendar,
            vat_rounding=self.council.vat_rounding, address=self.council.address, vat_number=self.council.vat_number,
            personal_narratives=self.council.personal_narratives, offices=self.offices, messages=self.fund_messages,
            two_person=self.two_person, clients=self.clients, roles={**SHIPPED_ROLES, **self.roles}, fund_groups=self.fund_groups,
            retention=self.retention, over_short=self.over_short, tills=self.tills, sign_offs=self.sign_off,
            ereturn_templates={name: each.numbered() for name, each in self.ereturn_templates.items()}, import_types=self.import_types,
            service_users=self.service_users, feeds=self.feeds, payables=self.payables, write_off=self.write_off,
            write_back=self.write_back,
        )  # fmt: skip

    def options_of(self, readers: Mapping[str, Reader]) -> dict[str, Options]:
        """Return what `[formats.NAME]` says to each reader, or its defaults.

        Raises:
            ConfigurationError: A table names no reader, or holds what its reader does not ask.
        """
        for name in self.formats:
            if name not in readers:
                message = f"[formats.{name}]: no enabled plugin reads {name!r}; there are: {', '.join(sorted(readers))}."
                raise ConfigurationError("unknown_name", message, name=name)
        return {
            name: structured(self.formats.get(name, {}), reader.options, f"[formats.{name}]")
            for name, reader in readers.items()
        }

    def profile_records(self) -> tuple[Profile, ...]:
        """Return the council's own profiles of files.

        Raises:
            ConfigurationError: A profile is wrong.
        """
        return tuple(profile_from(name, table) for name, table in self.profiles.items())


def parse(text: str, where: str) -> Settings:
    """Read settings; *where* names them in messages.

    Raises:
        ConfigurationError: The text is not TOML, or something in it is wrong; every fault is named by its path.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            "settings_not_toml", f"{where} is not valid TOML: {error}.", where=where
        ) from error
    raw |= {section: _keyed(where, section, key, raw.get(section, {})) for section, key in _KEYED.items()}
    schemes = structured({"check_digits": raw["check_digits"]}, _Schemes, where).check_digits
    settings = structured(raw, Settings, where, schemes)
    for name, table in settings.plugins.items():
        if table:
            message = f"{where}: [plugins.{name}] holds {', '.join(table)}; options of a format stand in [formats.NAME]."
            raise ConfigurationError("bad_settings", message, plugin=name)
    return settings


def load(path: Path) -> tuple[str, Settings]:
    """Return the text of a settings file and what it says.

    Raises:
        ConfigurationError: There is no such file, it is not UTF-8, or it is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        message = f"There is no settings file {path}. Make one with `ims init`, or name yours with --config."
        raise ConfigurationError("no_settings", message, path=str(path)) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            "settings_not_utf8", f"{path} is not UTF-8 text: {error}.", path=str(path)
        ) from error
    return text, parse(text, str(path))


@frozen(kw_only=True)
class _Schemes:
    """The one section that another needs before it can be read."""

    check_digits: Mapping[str, CheckDigits]


def _keyed(where: str, section: str, key: str, tables: object) -> dict[str, dict[str, Any]]:
    """Return the tables of a section, each with its own name in it."""
    if not isinstance(tables, dict):
        message = f"{where}: {section} must be tables, such as [{section}.name]."
        raise ConfigurationError("bad_settings", message, section=section)
    for name, table in tables.items():
        if not isinstance(table, dict) or key in table:
            message = f"{where}: [{section}.{name}] must be a table; its {key} is {name!r} already."
            raise ConfigurationError("bad_settings", message, section=section)
    return {name: {key: name} | table for name, table in tables.items()}
