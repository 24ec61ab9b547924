"""What leaves the store in bulk for the matcher is what records say, on every kind of database."""

from __future__ import annotations

import random
from pathlib import Path

from tests.builders import DAY, a_receipt, line, statement_line

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.received_files import ReceivedFile
from localgov_ims.domain.statements import Detail, Evidence, References, Statement, StatementLine
from localgov_ims.reconciliation.engine import Matcher
from localgov_ims.storage import files, snapshots, statements, transactions
from localgov_ims.storage.loader import unload
from localgov_ims.storage.store import Store, Unit

PIECES = [*r"""
J_SMITH " "" , ' \ \N é { } % NULL 0
""".split(), "", " ", "\n", "\r", "\r\n", "\u2028", "\U0001f600"]  # fmt: skip


def _text(draw: random.Random) -> str:
    return "".join(draw.choices(PIECES, k=draw.randrange(4)))


def _line(draw: random.Random, statement: Statement, position: int) -> StatementLine:
    narrative = tuple(_text(draw) for _ in range(draw.randrange(4)))
    structured, customer, name = (
        draw.choice([None, _text(draw) or None, *narrative]) or None for _ in range(3)
    )
    details = tuple(
        Detail(
            amount=Money(1), counterparty_name=draw.choice([None, _text(draw)]), counterparty_account=None,
            references=References(structured=draw.choice([None, "RF18"])), narrative=(_text(draw), *narrative[:1]),
        )
        for _ in range(draw.randrange(3))
    )  # fmt: skip
    return statement_line(
        statement=statement.id, key=str(position), position=position, narrative=narrative, counterparty_name=name,
        references=References(structured=structured, customer=customer, end_to_end=_text(draw) or None), details=details,
        amount=Money(draw.randrange(-999, 999)),
    )  # fmt: skip


def _statement(unit: Unit) -> Statement:
    file = ReceivedFile(id=new_id(), sha256="0" * 64, size=1, name="statement")
    files.add(unit, file, [b"x"])
    day = statement_line().line.booked_on
    made = Statement(
        id=new_id(), file=file.id, key="1", account="main", number="1", format="camt053", opening=None, closing=None,
        credits=NOTHING, debits=NOTHING, lines=0, not_booked=0, first_on=day, last_on=day, evidence=Evidence.UNPROVED,
        content="0" * 64,
    )  # fmt: skip
    statements.add(unit, made)
    return made


def test_the_text_of_a_line_is_what_it_says_itself_whatever_stands_in_it(
    store: Store, tmp_path: Path
) -> None:
    draw = random.Random(7)
    with store.unit("import", by="tester") as unit:
        statement = _statement(unit)
        made = [_line(draw, statement, position) for position in range(1, 301)]
        statements.add_lines(unit, made)
        unit.commit()
    query, path = snapshots.lines_to_match(), tmp_path / "rows.csv"
    with store.reading() as connection, Matcher() as matcher:
        unload(connection, query, path)
        matcher.read("line", [column.name for column in query.selected_columns], path)
        rows = matcher.duck.execute(
            "SELECT id, day, pence, structured, customer, end_to_end, counterparty, text, state FROM all_lines"
        ).fetchall()
    assert sorted(rows, key=str) == sorted(
        (
            (
                each.id, said.booked_on.toordinal(), said.amount.pence, said.references.structured, said.references.customer,
                said.references.end_to_end, said.counterparty_name, said.text or None, "open",
            )
            for each in made
            for said in [each.line]
        ),
        key=str,
    )  # fmt: skip


def test_a_receipt_is_whole_whatever_lines_it_has_and_each_account_stands_once(
    store: Store, tmp_path: Path
) -> None:
    mixed = a_receipt(
        line(fund="23", account_reference="612345674", amount=Money(100), mop="90"),
        line(fund="05", account_reference="612345674", amount=Money(20), mop="14"),
        line(fund="13", account_reference=None, amount=Money(3), mop="90"),
    )
    plain = a_receipt(line(fund="23", account_reference="12345678902", amount=Money(7), mop="90"))
    with store.unit("take", by="tester") as unit:
        transactions.add(unit, [mixed, plain])
        unit.commit()
    query, path = snapshots.receipts_to_match({"90": "settlement", "14": "singly"}), tmp_path / "rows.csv"
    with store.reading() as connection, Matcher() as matcher:
        unload(connection, query, path)
        matcher.read_receipts([column.name for column in query.selected_columns], path)
        shown = "id, day, pence, banking, fund, reference, state"
        receipts = matcher.duck.execute(f"SELECT {shown} FROM all_receipts ORDER BY pence").fetchall()
        accounts = matcher.duck.execute(
            "SELECT id, account_reference FROM all_receipts_account_reference ORDER BY ALL"
        ).fetchall()
    assert receipts == [
        (plain.id, DAY.toordinal(), 7, "settlement", "23", plain.reference, "open"),
        (mixed.id, DAY.toordinal(), 123, "singly", "05 23", mixed.reference, "open"),
    ]
    assert sorted(accounts) == sorted([(mixed.id, "612345674"), (plain.id, "12345678902")])
