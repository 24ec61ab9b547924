"""The cut-off of a year: what was received on one side of 31 March, and banked or posted on the other."""

from __future__ import annotations

from datetime import date

import pytest
from tests.service.carded import bring, take
from tests.service.files import camt, entry, payout

from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.proofs import Item, Proof
from localgov_ims.errors import ConfigurationError
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journalling import Asked, build_journals
from localgov_ims.service.ledger.periods import close_period
from localgov_ims.service.proofs.cut_offs import prove_cut_off

LAST, FIRST = date(2026, 3, 31), date(2026, 4, 1)


def shown(proof: Proof, *keys: str) -> list[str]:
    return [str(proof.figure(key).amount) for key in keys]


def notes(items: tuple[Item, ...]) -> list[tuple[str, str]]:
    return [(str(item.amount), item.note) for item in items]


@pytest.fixture
def year_end(installation: Installation) -> Installation:
    """Give a year end: two card payments in transit, and a payout that brought one payment early and one of nobody's."""
    take(installation, "K7MP2QXW9TRN", "120.00", "ch_1", date(2026, 3, 30))
    take(installation, "000000000000", "45.00", "ch_2", LAST)
    take(installation, "AAAAAAAAAAAA", "20.00", "ch_3", FIRST)
    bring(
        installation,
        payout(("ch_3", "20.00", "0.00"), ("ch_4", "5.00", "0.00"), paid_on=LAST),
        payout(("ch_1", "120.00", "1.88"), reference="po_2", paid_on=FIRST, name="second.csv"),
        camt(
            entry("25.00", "STRIPE PAYMENTS po_1"), entry("50.00", "STRIPE PAYMENTS po_9"), entry("10.00", "WHO KNOWS"),
            day=LAST,
        ),
        camt(
            entry("118.12", "STRIPE PAYMENTS po_2"), day=date(2026, 4, 2), number=2, opening="1085.00", name="april.xml",
        ),
    )  # fmt: skip
    return installation


def test_what_was_in_transit_says_on_which_day_the_bank_had_it(year_end: Installation) -> None:
    proof = prove_cut_off(year_end, year=2025)
    assert proof.as_at == LAST
    assert notes(proof.figure("transit_1").items) == [
        ("120.00", "at the bank on 02 April 2026"), ("45.00", "not at the bank yet"),
    ]  # fmt: skip
    assert proof.figure("transit_1").label == "90 Card, portal"
    assert shown(proof, "transit", "transit_banked", "transit_open") == ["165.00", "120.00", "45.00"]


def test_what_the_bank_had_before_it_was_income_is_received_in_advance(year_end: Installation) -> None:
    proof = prove_cut_off(year_end, year=2025)
    assert shown(proof, "advance_recorded", "advance_foreign", "advance") == ["-20.00", "-5.00", "-25.00"]


def test_both_together_are_what_clearing_comes_to_by_totals(year_end: Installation) -> None:
    proof = prove_cut_off(year_end, year=2025)
    clearing = proof.figure("clearing")
    assert (clearing.amount, clearing.given) == (Money(140_00), Money(140_00))
    assert proof.agrees


def test_suspense_is_told_by_reason_and_age_and_awaiting_by_bank_account(year_end: Installation) -> None:
    proof = prove_cut_off(year_end, year=2025)
    (reason,) = [f for f in proof.sections[3].figures if not f.total]
    assert (reason.label, str(reason.amount)) == ("no fund", "10.00")
    assert shown(proof, "suspense", "age_1", "age_over") == ["10.00", "10.00", "0.00"]
    assert shown(proof, "awaiting_main", "awaiting") == ["50.00", "50.00"]


def test_what_is_held_across_the_year_end_is_named_until_a_person_says_whose_it_is(
    year_end: Installation,
) -> None:
    across = prove_cut_off(year_end, year=2025).figure("unposted")
    assert {item.note for item in across.items} == {"the next export posts it in period 2025/12"}
    close_period(year_end, "MAIN", PeriodNumber(2025, 12), soft=True, reason="March")
    build_journals(year_end, "MAIN")
    proof = prove_cut_off(year_end, year=2025)
    assert {item.note for item in proof.figure("unposted").items} == {
        "held back: a person says which year takes it"
    }
    assert proof.figure("posted_late").count == 0
    build_journals(year_end, "MAIN", Asked(held_into=PeriodNumber(2026, 1)))
    proof = prove_cut_off(year_end, year=2025)
    assert proof.figure("unposted").count == 0
    late = proof.figure("posted_late")
    assert {item.note.partition(", ")[2] for item in late.items} == {"posted in period 2026/01"}
    assert [(item.day, str(item.amount)) for item in late.items] == [
        (date(2026, 3, 30), "120.00"), (LAST, "140.00"),
    ]  # fmt: skip
    assert proof.figure("posted_early").count == 0


def test_the_year_before_has_nothing_of_this_one(year_end: Installation) -> None:
    proof = prove_cut_off(year_end, year=2024)
    assert (
        shown(proof, "transit", "advance", "suspense", "awaiting", "unposted", "posted_late") == ["0.00"] * 6
    )


def test_a_ledger_that_is_not_there_is_refused(year_end: Installation) -> None:
    with pytest.raises(ConfigurationError, match="OTHER"):
        prove_cut_off(year_end, year=2025, ledger="OTHER")
