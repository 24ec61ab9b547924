"""A council's configuration in the words of the domain: what the services work by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from attrs import define, field

from localgov_ims.allocation.engine import Allocator
from localgov_ims.allocation.rows import References
from localgov_ims.allocation.rules import Rule
from localgov_ims.domain.accounts import BankAccount
from localgov_ims.domain.calendar import Calendar
from localgov_ims.domain.clients import Client
from localgov_ims.domain.ereturn_templates import EReturnTemplate
from localgov_ims.domain.feeds import Feed
from localgov_ims.domain.funds import Fund
from localgov_ims.domain.import_types import ImportType, Pays
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.ledgers import Ledger
from localgov_ims.domain.messages import FundMessage
from localgov_ims.domain.methods import Banking, MethodOfPayment, SpecialMethods
from localgov_ims.domain.offices import Office
from localgov_ims.domain.over_short import OverShort
from localgov_ims.domain.references import ReferenceFormat
from localgov_ims.domain.retention import Periods
from localgov_ims.domain.roles import ADMINISTRATOR, SHIPPED_ROLES, FundGroup, Role
from localgov_ims.domain.service_users import ServiceUser
from localgov_ims.domain.sign_offs import SignOffDuty
from localgov_ims.domain.till_settings import TillSettings
from localgov_ims.domain.two_person import TwoPersonLimits
from localgov_ims.domain.vat import Rounding, VatCode
from localgov_ims.domain.write_offs import WriteBackAccount, WriteOffAccount
from localgov_ims.errors import ConfigurationError, InvalidValue
from localgov_ims.hooks.notifiers import check_address
from localgov_ims.reconciliation.recognisers import IncomeSource, Recogniser, SourceKind
from localgov_ims.reconciliation.rules import MatchRule
from localgov_ims.reconciliation.tariffs import Tariff
from localgov_ims.storage.retiring import CLASSES


@define(kw_only=True, slots=False, frozen=True)
class Council:
    """Everything a council has decided about its income, checked against each other.

    Raises:
        ConfigurationError: There is not exactly one suspense fund, something names what is not there, two
            things have one name, or a rule is wrong.
    """

    name: str
    bank_accounts: Mapping[str, BankAccount]
    funds: Mapping[str, Fund]
    methods: Mapping[str, MethodOfPayment]
    special: SpecialMethods
    vat_codes: Mapping[str, VatCode]
    formats: Mapping[str, ReferenceFormat]
    sources: Mapping[str, IncomeSource]
    recognisers: tuple[Recogniser, ...]
    rules: tuple[Rule, ...]
    match_rules: tuple[MatchRule, ...]
    ledgers: Mapping[str, Ledger]
    calendar: Calendar
    vat_rounding: Rounding = Rounding.HALF_EVEN
    address: tuple[str, ...] = ()
    vat_number: str | None = None
    personal_narratives: bool = False
    offices: Mapping[str, Office] = field(factory=dict)
    messages: Mapping[str, FundMessage] = field(factory=dict)
    two_person: TwoPersonLimits = field(factory=TwoPersonLimits)
    clients: Mapping[str, Client] = field(factory=dict)
    roles: Mapping[str, Role] = SHIPPED_ROLES
    fund_groups: Mapping[str, FundGroup] = field(factory=dict)
    retention: Periods = field(factory=Periods)
    import_types: Mapping[str, ImportType] = field(factory=dict)
    service_users: Mapping[str, ServiceUser] = field(factory=dict)
    feeds: Mapping[str, Feed] = field(factory=dict)
    payables: Mapping[str, object] = field(factory=dict)
    tariffs: Mapping[str, Tariff] = field(factory=dict)
    over_short: OverShort | None = None
    write_off: WriteOffAccount | None = None
    write_back: WriteBackAccount | None = None
    tills: TillSettings | None = None
    ereturn_templates: Mapping[str, EReturnTemplate] = field(factory=dict)
    sign_offs: tuple[SignOffDuty, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        suspense = [code for code, fund in self.funds.items() if fund.suspense]
        if len(suspense) != 1:
            message = f"Exactly one fund must be flagged suspense = true; these are: {', '.join(suspense) or 'none'}."
            raise ConfigurationError("suspense_fund", message, funds=suspense)
        self._check_names()
        self._check_repeats()
        self._check_settled()
        # Rules are wrong today or never: the first line that needs them must not be the one to find out.
        _ = self.allocator

    def _check_names(self) -> None:
        for fund in self.funds.values():
            self._named("reference format", fund.reference_format, self.formats, f"fund {fund.code}")
            self._named("VAT code", fund.vat_code, self.vat_codes, f"fund {fund.code}")
        for method in self.methods.values():
            self._named("source", method.provider, self.sources, f"method {method.code}")
            self._named("fund", method.fee_fund, self.funds, f"method {method.code}")
            for name in (method.fee_vat_code, method.provider_fee_vat_code):
                self._named("VAT code", name, self.vat_codes, f"method {method.code}")
            method.check_fees(self.funds, self.vat_codes)
        for code in self.vat_codes.values():
            for own in code.funds:
                self._named("fund", own, self.funds, f"VAT code {code.code}")
        for message in self.messages.values():
            self._named("fund", message.fund, self.funds, f"fund message {message.code}")
        self._check_import_types()
        for user in self.service_users.values():
            by = f"service user {user.number}"
            self._named("source", user.source, self.sources, by)
            self._named("method of payment", user.mop, self.methods, by)
            self._named("fund", user.fund, self.funds, by)
        self._check_people()
        self._check_recognisers()
        self.special.check(self.methods)
        self._check_paying_in()
        for name in self.retention.classes:
            self._named("class of record", name, CLASSES, "[retention.classes]")

    def _check_recognisers(self) -> None:
        for recogniser in self.recognisers:
            by = f"recogniser {recogniser.name}"
            self._named("source", recogniser.source, self.sources, by)
            self._named("bank account", recogniser.account, self.bank_accounts, by)
            self._named("bank account", recogniser.transfer, self.bank_accounts, by)
        for source in self.sources.values():
            self._named("tariff", source.tariff, self.tariffs, f"source {source.name}")

    def _check_import_types(self) -> None:
        for each in self.import_types.values():
            by, defaults = f"import type {each.code}", each.defaults
            for what, code, known in (
                ("source", each.source, self.sources),
                ("fund", defaults.fund or None, self.funds),
                ("method of payment", defaults.mop or None, self.methods),
                ("office", defaults.office or None, self.offices),
                ("VAT code", defaults.vat_code or None, self.vat_codes),
                *(("fund", fund, self.funds) for fund in each.funds),
            ):
                self._named(what, code, known, by)
            if each.pays is Pays.NET and self.fee_of(each.code) is None:
                message = (
                    f"{by} pays net of its fees, but nothing says where they are posted: its defaults need a mop whose "
                    "method of payment has a fee code."
                )
                raise ConfigurationError("no_fee_code", message, import_type=each.code)

    def _check_paying_in(self) -> None:
        for differences in (self.over_short, self.write_off, self.write_back):
            if differences is not None:
                differences.check(self.funds)
        if self.tills is not None:
            self.tills.check(self.methods, self.funds)
        elif any(office.tills for office in self.offices.values()):
            message = "An office has tills, but there is no [tills] to say by which methods they take money."
            raise ConfigurationError("no_tills", message)
        for template in self.ereturn_templates.values():
            template.check(self.funds, self.vat_codes, self.methods, self.special, self.offices)
            for address in template.notify:
                try:
                    check_address(address)
                except InvalidValue as error:
                    message = f"eReturn template {template.name}: {error.message}"
                    raise ConfigurationError("bad_template", message, template=template.name) from error

    def _check_people(self) -> None:
        for duty in self.sign_offs:
            self._named("bank account", duty.account, self.bank_accounts, "[[sign_off]]")
            self._named("fund", duty.fund, self.funds, "[[sign_off]]")
        for group in self.fund_groups.values():
            for fund in sorted(group.funds):
                self._named("fund", fund, self.funds, f"fund group {group.name}")
        if self.roles.get(ADMINISTRATOR) != SHIPPED_ROLES[ADMINISTRATOR]:
            message = f"[roles.{ADMINISTRATOR}] cannot be changed: it has every permission, so that somebody can mend the others."
            raise ConfigurationError("bad_role", message, role=ADMINISTRATOR)

    def _check_repeats(self) -> None:
        for what, names in (
            ("recognisers are named", [recogniser.name for recogniser in self.recognisers]),
            ("match rules are named", [rule.name for rule in self.match_rules]),
            ("bank accounts have the number", [account.account for account in self.bank_accounts.values()]),
        ):
            for name in names:
                if names.count(name) > 1:
                    message = f"Two {what} {name!r}. Change one."
                    raise ConfigurationError("duplicate_name", message, name=name)

    def _check_settled(self) -> None:
        for source in self.sources.values():
            if source.kind is SourceKind.SETTLEMENT and not self.settled_by(source.name):
                message = (
                    f"Source {source.name} sends settlements, but no method of payment has banking = 'settlement' "
                    f"and provider = {source.name!r}: nothing says where its payments and fees are posted."
                )
                raise ConfigurationError("no_settled_method", message, source=source.name)

    @cached_property
    def suspense_fund(self) -> Fund:
        """The fund that holds what nobody could place."""
        return next(fund for fund in self.funds.values() if fund.suspense)

    @property
    def bank_transfer(self) -> str:
        """The method of money that the bank brings by itself."""
        return self.special.bank_transfer

    @cached_property
    def formats_used(self) -> frozenset[str]:
        """The formats of files that the council's accounts and sources name."""
        sources = {source.format for source in self.sources.values() if source.format is not None}
        return frozenset(sources | {account.format for account in self.bank_accounts.values()})

    @cached_property
    def references(self) -> References:
        """The codes, and the formats of references, as allocation asks them."""
        return References(
            self.funds, self.formats, self.methods, self.offices, self.vat_codes, self.import_types
        )

    @cached_property
    def allocator(self) -> Allocator:
        """The allocation rules, compiled once."""
        return Allocator(self.rules, self.references)

    def settled_by(self, source: str) -> list[MethodOfPayment]:
        """Return the methods of payment whose money comes in the settlements of *source*."""
        return [
            method for method in self.methods.values()
            if method.provider == source and method.banking is Banking.SETTLEMENT
        ]  # fmt: skip

    def fee_of(self, import_type: str) -> tuple[str, LedgerAccount] | None:
        """Return the method and ledger code at which the fees are posted that a sender keeps; none where it pays gross."""
        found = self.import_types.get(import_type)
        method = self.methods.get(found.defaults.mop) if found is not None else None
        return (method.code, method.fee) if method is not None and method.fee is not None else None

    def ledger(self, name: str | None = None) -> Ledger:
        """Return a ledger; without a name the only one there is.

        Raises:
            ConfigurationError: There is no such one, or there are several and none was named.
        """
        if name is not None or len(self.ledgers) != 1:
            self._named("ledger", name or "", self.ledgers, "the command")
        return self.ledgers[name or next(iter(self.ledgers))]

    @staticmethod
    def _named(what: str, name: str | None, known: Mapping[str, object], by: str) -> None:
        if name is not None and name not in known:
            message = f"{by} names the {what} {name!r}, which is not there. There are: {', '.join(known) or 'none'}."
            raise ConfigurationError("unknown_name", message, name=name)
