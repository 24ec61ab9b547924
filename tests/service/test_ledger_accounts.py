"""Ledger codes: a plugin's answer first, then the settings', and never a guess; what was posted keeps its code."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve
from tests import builders
from tests.builders import DAY, fund, pounds, vat_code
from tests.posted import posted, told

from localgov_ims.domain.chart import ChartEntry
from localgov_ims.domain.journals import LedgerAccount, Role
from localgov_ims.domain.ledger_from import LedgerFrom
from localgov_ims.domain.postings import Posting
from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.hooks import hookimpl, registry
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.ledger.ledger_accounts import SettingsAccounts
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.storage import chart

COUNCIL = builders.council()
IN_REFERENCE = LedgerFrom(code=(6, 9), dimensions=((1, 5), (10, 11)))


def asked(role: Role, **given: object) -> Posting:
    return Posting(role=role, kind="Receipt", amount=pounds("1.00"), accounting_on=DAY, **given)  # type: ignore[arg-type]


def answered(council: object, posting: Posting) -> LedgerAccount | None:
    return SettingsAccounts(council).ims_ledger_account(posting)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("posting", "code"),
    [
        (asked(Role.BANK, bank_account="main"), "9001"),
        (asked(Role.AWAITING, bank_account="main"), "9950"),
        (asked(Role.CLEARING, mop="90"), "9101"),
        (asked(Role.FEE, mop="90"), "7250"),
        (asked(Role.FUND, fund="13", vat_code="S"), "5400"),
        (asked(Role.SUSPENSE, fund="SUSP"), "9900"),
        (asked(Role.VAT, fund="13", vat_code="S"), "9301"),
    ],
)
def test_the_settings_say_where_each_role_is_posted(posting: Posting, code: str) -> None:
    assert answered(COUNCIL, posting) == LedgerAccount(code)


@pytest.mark.parametrize(
    "posting",
    [
        asked(Role.DISPUTED, mop="90"), asked(Role.CLEARING, mop="??"), asked(Role.FUND, fund="??"),
        asked(Role.BANK, bank_account="??"), asked(Role.VAT, vat_code="??"), asked(Role.DIFFERENCE),
    ],
)  # fmt: skip
def test_where_the_settings_say_nothing_nothing_is_answered(posting: Posting) -> None:
    assert answered(COUNCIL, posting) is None


def test_a_vat_code_may_send_the_income_of_a_fund_elsewhere() -> None:
    split = evolve(COUNCIL, vat_codes={"S": vat_code(funds={"13": LedgerAccount("5410")})})
    assert answered(split, asked(Role.FUND, fund="13", vat_code="S")) == LedgerAccount("5410")
    assert answered(split, asked(Role.FUND, fund="13")) == LedgerAccount("5400")


def test_a_code_can_stand_in_the_account_reference() -> None:
    assert IN_REFERENCE.account_in("41205432101") == LedgerAccount("4321", ("41205", "01"))
    assert IN_REFERENCE.account_in("4120543210") is None
    assert IN_REFERENCE.account_in(None) is None
    with pytest.raises(ConfigurationError, match="counted from 1"):
        LedgerFrom(code=(0, 4))
    with pytest.raises(ConfigurationError, match="either ledger or ledger_from"):
        fund(ledger_from=IN_REFERENCE)


class ByOffice:
    """A council whose parking income is posted to the cost centre of the office that took it."""

    @hookimpl
    def ims_ledger_account(self, posting: Posting) -> LedgerAccount | None:
        """Answer for parking only."""
        return LedgerAccount("5300", (posting.office or "WEB",)) if posting.fund == "2R" else None


def test_a_plugin_is_asked_before_the_settings() -> None:
    decide = registry.registry_of({"ours": (ByOffice(), None)}).deciding(SettingsAccounts(COUNCIL))
    assert decide(asked(Role.FUND, fund="2R", office="LIB")) == LedgerAccount("5300", ("LIB",))
    assert decide(asked(Role.FUND, fund="23")) == LedgerAccount("5100")
    assert decide(asked(Role.DIFFERENCE)) is None


@pytest.fixture
def council(installation: Installation) -> Installation:
    return evolve(installation, council=COUNCIL)


def take(installation: Installation, reference: str, **given: object) -> None:
    usual = {
        "reference": reference, "fund": "23", "account_reference": "612345674", "amount": pounds("12.00"), "mop": "90",
        "taken_on": date(2026, 5, 10),
    }  # fmt: skip
    record_takings(installation, [Taking(**usual | given)])  # type: ignore[arg-type]


def mapped(installation: Installation, code: str, **given: object) -> Installation:
    other = fund(ledger=LedgerAccount(code), **given)
    return evolve(installation, council=evolve(COUNCIL, funds={**COUNCIL.funds, "23": other}))


def test_a_code_that_nothing_says_stops_the_journal_and_names_what_it_is_for(council: Installation) -> None:
    take(council, "K7MP2QXW9TRN")

    def nobody(_: object) -> object:
        return lambda posting: None if posting.role is Role.FUND else LedgerAccount("1")

    silent = evolve(council, deciding=nobody)
    with pytest.raises(RuleViolation, match="role fund for fund 23, method 90, account 612345674") as caught:
        build_journals(silent, "MAIN")
    assert caught.value.code == "no_ledger_account"
    assert len(posted(council)) == 1  # nothing was half done


def test_what_was_posted_keeps_its_code_and_is_taken_back_from_there(council: Installation) -> None:
    take(council, "K7MP2QXW9TRN")
    (before,) = posted(council)
    assert told(before.lines) == ["Dr 9101 12.00", "Cr 5100 12.00"]
    changed = mapped(council, "5199")
    reverse_transaction(changed, "K7MP2QXW9TRN", reason="Paid twice")
    take(changed, "000000000000")
    after = [line for journal in posted(changed) for line in journal.lines]
    assert sorted(told(after)) == sorted(["Dr 9101 12.00", "Cr 5199 12.00", "Dr 5100 12.00", "Cr 9101 12.00"])


def test_a_code_outside_the_chart_of_accounts_is_refused(council: Installation) -> None:
    charted = evolve(COUNCIL, ledgers={"MAIN": evolve(COUNCIL.ledgers["MAIN"], chart=True)})
    strict = evolve(council, council=charted)
    take(strict, "K7MP2QXW9TRN")
    with strict.unit("import_chart") as unit:
        closed = ChartEntry(account=LedgerAccount("5100"), closed_on=date(2026, 5, 10))
        chart.add(unit, "MAIN", [ChartEntry(account=LedgerAccount("9101")), closed])
        unit.commit()
    with pytest.raises(RuleViolation, match="5100 is not open on 10 May 2026") as caught:
        build_journals(strict, "MAIN")
    assert caught.value.code == "ledger_code_unknown"
    with strict.unit("import_chart") as unit:
        chart.add(unit, "MAIN", [ChartEntry(account=LedgerAccount(code)) for code in ("9101", "5100")])
        unit.commit()
    assert len(posted(strict)) == 1
