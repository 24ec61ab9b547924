"""Batches: the entry's amount is the money, its payments explain it."""

from __future__ import annotations

import pytest
from camt_asking import codes, events, issues, lines
from camt_writer import Ent, Pay

from localgov_ims.domain.money import Money

CHARGE = "<Chrgs><Rcrd><Amt Ccy='GBP'>{}</Amt><CdtDbtInd>{}</CdtDbtInd></Rcrd></Chrgs>"


@pytest.mark.parametrize("sign", [1, -1])
def test_payments_that_add_up_keep_their_amounts(sign: int) -> None:
    """One line, its details signed as the entry is."""
    batch = [
        Pay(sign * 900, end_to_end="A", debtor="D", creditor="C", lines=["1"]),
        Pay(sign * 100, lines=["2"]),
    ]
    [line] = lines(events(Ent(sign * 1000, batch)))
    assert [detail.amount for detail in line.details] == [Money(sign * 900), Money(sign * 100)]
    assert line.details[0].references.end_to_end == "A"
    assert line.details[0].counterparty_name == ("D" if sign > 0 else "C")
    assert [detail.narrative for detail in line.details] == [("1",), ("2",)]
    assert (line.references.end_to_end, line.counterparty_name, line.narrative) == (None, None, ())


@pytest.mark.parametrize("amounts", [[1500], [1500, 1126], [2601], [2599, 2]])
def test_payments_that_do_not_add_up_are_refused(amounts: list[int]) -> None:
    """With both sums and the difference."""
    found = events(Ent(2600, [Pay(amount) for amount in amounts]))
    assert codes(found) == ["batch-mismatch"]
    [issue] = issues(found)
    assert issue.place == "Stmt[1]/Ntry[1]/NtryDtls"
    assert "£26.00" in issue.message


def test_payments_of_both_directions_are_netted() -> None:
    """A payment's own direction counts."""
    [line] = lines(events(Ent(700, [Pay(1000), Pay(-300)])))
    assert [detail.amount for detail in line.details] == [Money(1000), Money(-300)]


@pytest.mark.parametrize(
    ("entry", "charge"),
    [(970, CHARGE.format("0.30", "DBIT")), (1030, CHARGE.format("0.30", "CRDT")), (970, CHARGE.format("0.10", "DBIT") * 3),
     (970, "<Chrgs><TtlChrgsAndTaxAmt Ccy='GBP'>0.30</TtlChrgsAndTaxAmt></Chrgs>"),
     (970, "<Chrgs><Amt Ccy='GBP'>0.30</Amt></Chrgs>")],
)  # fmt: skip
def test_declared_charges_explain_a_difference_to_the_penny(entry: int, charge: str) -> None:
    """The details are then kept without amounts: they would not add up to the money."""
    found = events(Ent(entry, [Pay(600), Pay(400)], charges=charge))
    assert codes(found) == []
    assert [detail.amount for detail in lines(found)[0].details] == [None, None]
    assert codes(events(Ent(entry + 1, [Pay(600), Pay(400)], charges=charge))) == ["batch-mismatch"]


def test_charges_declared_with_a_payment_and_with_its_entry_count_once() -> None:
    """Banks repeat them."""
    charge = CHARGE.format("0.30", "DBIT")
    assert codes(events(Ent(970, [Pay(1000, extra=charge)], charges=charge))) == []


def test_charges_of_money_out_come_on_top() -> None:
    """Paid 10.00 and 0.30 for doing so."""
    assert codes(events(Ent(-1030, [Pay(-600), Pay(-400)], charges=CHARGE.format("0.30", "DBIT")))) == []


@pytest.mark.parametrize(
    "batch", [[Pay(None), Pay(None)], [Pay(500, "EUR"), Pay(9, "EUR")], [Pay(600), Pay(None)]]
)
def test_payments_without_amounts_or_in_another_currency_explain_and_divide_nothing(batch: list[Pay]) -> None:
    """One line, details without amounts."""
    found = events(Ent(1000, batch))
    assert codes(found) == []
    assert [detail.amount for detail in lines(found)[0].details] == [None, None]


def test_an_instructed_amount_is_not_compared() -> None:
    """What was instructed may be another currency, or before charges."""
    extra = "<AmtDtls><InstdAmt><Amt Ccy='EUR'>11.50</Amt></InstdAmt><CntrValAmt><Amt Ccy='GBP'>9.99</Amt></CntrValAmt></AmtDtls>"
    assert codes(events(Ent(1000, [Pay(1000, extra=extra)]))) == []


def test_a_declared_number_of_payments_is_compared_where_there_are_any() -> None:
    """Each group of payments with its own."""
    declared = "<Btch><NbOfTxs>3</NbOfTxs></Btch>"
    assert codes(events(Ent(1000, [Pay(600), Pay(400)], batch=declared))) == ["batch-mismatch"]
    assert codes(events(Ent(1000, batch=declared))) == []


def test_a_declared_total_of_a_batch_is_compared() -> None:
    """With its payments, or with the entry where it has none."""
    right, wrong = (f"<Btch><TtlAmt Ccy='GBP'>10.0{n}</TtlAmt></Btch>" for n in (0, 1))
    for batch in ([Pay(600), Pay(400)], [Pay(None)], []):
        assert codes(events(Ent(1000, batch, batch=right))) == []
        assert codes(events(Ent(1000, batch, batch=wrong))) == ["batch-mismatch"]


def test_a_declared_batch_of_one_is_a_batch() -> None:
    """Its only payment is a detail and speaks for the line as well."""
    [line] = lines(events(Ent(1000, [Pay(1000, lines=["CT"])], batch="<Btch><NbOfTxs>1</NbOfTxs></Btch>")))
    assert ([detail.amount for detail in line.details], line.narrative) == ([Money(1000)], ("CT",))


def test_several_groups_are_one_batch() -> None:
    """NtryDtls may repeat; each declares its own number."""
    text = Ent(1000, [Pay(600)], batch="<Btch><NbOfTxs>1</NbOfTxs></Btch>").xml(8)
    more = "<NtryDtls><Btch><NbOfTxs>1</NbOfTxs></Btch>" + Pay(400).xml(8) + "</NtryDtls></Ntry>"
    whole = (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><Stmt><Id>1</Id>"
        + text
    )
    found = events(whole.replace("</Ntry>", more) + "</Stmt></BkToCstmrStmt></Document>")
    assert [detail.amount for detail in lines(found)[0].details] == [Money(600), Money(400)]
