"""Summaries: added up by account and side, nothing netted unless asked, and every line still to be found."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import a_journal, journal_line, pounds
from tests.posted import told

from localgov_ims.domain.journals import Journal, JournalLine, LedgerAccount, Role, Side, Source
from localgov_ims.domain.ledgers import Ledger
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.summaries import NETTED_AWAY, Summary, SummaryKey, summarised
from localgov_ims.errors import ConfigurationError
from localgov_ims.testing.strategies import journals


def pair(
    amount: str, source: str, *, code: str = "5100", back: bool = False, **given: object
) -> list[JournalLine]:
    sides = (Side.CREDIT, Side.DEBIT) if back else (Side.DEBIT, Side.CREDIT)
    of = {"amount": pounds(amount), "source": Source("line", source)} | given
    return [
        journal_line(side=sides[0], **of),
        journal_line(side=sides[1], role=Role.FUND, account=LedgerAccount(code), **of),
    ]


DAY = a_journal(
    [
        *pair("10.00", "1", vat_code="S"), *pair("5.00", "2", vat_code="Z"), *pair("4.00", "3", code="5200"),
        *pair("3.00", "4", back=True, taken_on=date(2026, 5, 11)),
    ]
)  # fmt: skip


def added(journal: Journal, *keys: SummaryKey, net: bool = False) -> Journal:
    return summarised(journal, Summary(keys=keys, net=net).places(journal.lines))


def test_debits_and_credits_of_an_account_are_not_netted() -> None:
    made = added(DAY, SummaryKey.ACCOUNT)
    assert told(made.lines) == [
        "Dr 5100 3.00", "Cr 5100 15.00", "Cr 5200 4.00", "Dr 9101 19.00", "Cr 9101 3.00",
    ]  # fmt: skip
    assert (made.debits, made.credits) == (DAY.debits, DAY.credits)


def test_a_summary_that_nets_has_one_line_an_account_and_none_of_nothing() -> None:
    assert told(added(DAY, SummaryKey.ACCOUNT, net=True).lines) == [
        "Cr 5100 12.00", "Cr 5200 4.00", "Dr 9101 16.00",
    ]  # fmt: skip
    nothing = a_journal([*pair("3.00", "1"), *pair("3.00", "2", back=True)])
    summary = Summary(keys=(SummaryKey.ACCOUNT,), net=True)
    assert set(summary.places(nothing.lines)) == {NETTED_AWAY}


def test_a_line_of_a_summary_says_what_its_lines_have_in_common() -> None:
    credit = added(DAY, SummaryKey.VAT_CODE).lines[1]
    assert (credit.vat_code, credit.narrative, credit.reference) == (
        "S", "IMS 2026-05-12 n=1", "MAIN-20260512-001/2",
    )  # fmt: skip
    mixed = added(DAY, SummaryKey.ACCOUNT).lines[1]
    assert (mixed.vat_code, mixed.sources) == (None, (Source("line", "1"), Source("line", "2")))
    assert added(DAY, SummaryKey.ACCOUNT).lines[0].taken_on == date(2026, 5, 11)


@given(journals(), st.sets(st.sampled_from(SummaryKey)), st.booleans())
def test_every_line_is_in_one_line_of_the_summary_and_the_sums_agree(
    journal: Journal,
    keys: set[SummaryKey],
    net: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    places = Summary(keys=tuple(keys), net=net).places(journal.lines)
    made = summarised(journal, places)
    for line in made.lines:
        inside = [each for place, each in zip(places, journal.lines, strict=True) if place == line.number]
        assert Money.total(each.signed for each in inside) == line.signed
    away = [each.signed for place, each in zip(places, journal.lines, strict=True) if place == NETTED_AWAY]
    assert Money.total(away) == NOTHING


def test_netting_without_a_summary_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="net = true needs summarise"):
        Ledger(name="MAIN", exporter="generic-csv", net=True)
