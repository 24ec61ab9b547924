"""A proof as a page: every figure, its items, a picture, nothing that runs or is loaded."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

from attrs import evolve

from localgov_ims.documents.proof_pages import MOST_ITEMS, as_html
from localgov_ims.documents.proof_tables import COLUMNS, rows
from localgov_ims.documents.tables import write_csv
from localgov_ims.domain.money import Money
from localgov_ims.domain.proofs import Figure, Item, Proof, ProofKind, Section, by_age, figure, total

GOLDEN = Path(__file__).parent / "golden"
DAY = date(2026, 5, 12)


def an_item(number: int, pence: int, note: str = "No rule says which fund it belongs to.") -> Item:
    """Make a bank line."""
    return Item(
        id=f"00000000-0000-0000-0000-{number:012}", kind="bank line", day=date(2026, 5, number), text=f"BR{number:04}",
        amount=Money(pence), age=12 - number, due_on=date(2026, 5, 19), note=note,
    )  # fmt: skip


def a_proof() -> Proof:
    """Make a small report in which one figure does not agree."""
    lines = [an_item(11, 12_000), an_item(12, -2_500), an_item(5, 4_500, "It names <stripe> & \u202ewaits.")]
    credited, debited = [i for i in lines if i.amount.pence > 0], [i for i in lines if i.amount.pence < 0]
    parts = (
        Figure(key="opening", label="Opening balance", amount=Money(100_000)),
        figure("credits", "Credits", credited),
        figure("debits", "Debits", debited),
    )
    closing = evolve(total("closing", "Closing balance", parts, given=Money(114_100)), count=None)
    return Proof(
        kind=ProofKind.REPORT, subject="main", title="Reconciliation report, bank account main", council="Small Council",
        first_on=date(2026, 5, 5), as_at=DAY,
        sections=(
            Section(key="balance", title="Opening and lines come to closing", figures=(*parts, closing), given_by="the bank says"),
            Section(key="timeliness", title="Age of the lines that stand open", figures=by_age(lines), picture=True, note="At the end of the last day."),
        ),
    )  # fmt: skip


def test_the_page_is_as_it_was_looked_at() -> None:
    assert as_html(a_proof()) == (GOLDEN / "proof.html").read_text(encoding="utf-8")


def test_nothing_runs_and_nothing_is_loaded_from_elsewhere() -> None:
    page = as_html(a_proof())
    assert not re.search(r"<script|<link|<img|src=|href=|url\(|@import|\son\w+=", page)


def test_what_banks_write_is_text() -> None:
    page = as_html(a_proof())
    assert "&lt;stripe&gt; &amp; " in page
    assert "\u202e" not in page


def test_what_does_not_agree_stands_first() -> None:
    page = as_html(a_proof())
    assert "Not explained:" in page
    assert "Closing balance: £1.00" in page.partition("<table>")[0]


def test_a_page_shows_some_hundred_items_and_says_that_there_are_more() -> None:
    many = [an_item(1, 1) for _ in range(MOST_ITEMS + 1)]
    proof = evolve(a_proof(), sections=(Section(key="s", title="S", figures=(figure("f", "F", many),)),))
    page = as_html(proof)
    assert page.count('<tr><th scope="row">BR0001') == MOST_ITEMS  # fmt: skip
    assert "CSV, spreadsheet and JSON have them all" in page


def test_items_of_the_table_add_up_to_their_figure() -> None:
    written = io.StringIO(newline="")
    write_csv(COLUMNS, rows(a_proof()), written)
    found = list(csv.DictReader(io.StringIO(written.getvalue())))
    for row in found:
        items = [each for each in found if each["row"] == "item" and each["figure"] == row["figure"]]
        if row["row"] == "figure" and items:
            assert int(row["count"]) == len(items)
            assert Money.parse(row["amount"]) == Money.total(Money.parse(each["amount"]) for each in items)
