"""Each law is broken on purpose, past triggers and constraints, and `verify` names what broke it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.service.installation import Installation
from localgov_ims.service.laws.law import LawReport
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.running import ACTOR, DemoResult


def _tamper(folder: Path, *statements: str, unguarded: bool = True) -> None:
    """Change the database as somebody with its file in hands can, triggers taken off and put back."""
    with sqlite3.connect(folder / "ims.sqlite") as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers if unguarded else []:
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            assert connection.execute(statement).rowcount != 0, f"nothing was changed by: {statement}"
        for _, sql in triggers if unguarded else []:
            connection.execute(sql)
    connection.close()


def _laws(folder: Path) -> list[LawReport]:
    installation = open_installation(folder / "council.toml", by=ACTOR)
    reports = verify(installation)
    installation.store.close()
    return reports


def _one(folder: Path, query: str) -> str:
    with sqlite3.connect(folder / "ims.sqlite") as connection:
        (value,) = connection.execute(query).fetchone()
    connection.close()
    return str(value)


def test_every_law_holds_on_the_council_as_it_is(eleven_days: DemoResult) -> None:
    assert [(law.law, law.broken) for law in eleven_days.laws] == [(n, ()) for n in range(1, 6)]
    assert all(law.checked > 0 for law in eleven_days.laws)


def _law_1_float(folder: Path) -> tuple[int, str]:
    line = _one(folder, "SELECT id FROM transaction_lines ORDER BY id LIMIT 1")
    _tamper(folder, f"UPDATE transaction_lines SET pence = 10.5 WHERE id = '{line}'")
    return 1, "not a whole number"


def _law_1_text(folder: Path) -> tuple[int, str]:
    _tamper(folder, "UPDATE statement_lines SET pence = 'twelve' WHERE position = 1")
    return 1, "'twelve'"


def _law_1_vat(folder: Path) -> tuple[int, str]:
    reference = _one(folder, "SELECT reference FROM transaction_lines WHERE vat > 0 LIMIT 1")
    _tamper(folder, f"UPDATE transaction_lines SET vat = pence + 1 WHERE reference = '{reference}'")
    return 1, f"Line {reference}: VAT"


def _law_1_unexplained(folder: Path) -> tuple[int, str]:
    reference = _one(
        folder, "SELECT reference FROM transaction_lines WHERE rule IS NOT NULL AND fund = '23' LIMIT 1"
    )
    _tamper(folder, f"UPDATE transaction_lines SET rule = NULL WHERE reference = '{reference}'")
    return 1, f"Line {reference}: it is in a fund, and no rule says why"


def _law_2_changed(folder: Path) -> tuple[int, str]:
    line = _one(folder, "SELECT id FROM transaction_lines ORDER BY id LIMIT 1")
    _tamper(folder, f"UPDATE transaction_lines SET account_reference = '612345674' WHERE id = '{line}'")
    return 2, "it is not what was sealed"


def _law_2_changed_and_resealed(folder: Path) -> tuple[int, str]:
    """Whoever computes the seal anew is caught by the unit's digest."""
    _tamper(
        folder,
        "UPDATE transaction_lines SET seal = zeroblob(32) WHERE id = (SELECT min(id) FROM transaction_lines)",
    )
    return 2, "the records it wrote in transaction_lines are not those"


def _law_2_removed(folder: Path) -> tuple[int, str]:
    _tamper(folder, "DELETE FROM breaks WHERE id = (SELECT min(id) FROM breaks)")
    return 2, "records in breaks"


def _law_2_added(folder: Path) -> tuple[int, str]:
    _tamper(
        folder,
        "INSERT INTO breaks SELECT lower(hex(randomblob(16))), kind, 'copy', subject, since_on, message, awaited, "
        "lower(hex(randomblob(16))), 0, seal FROM breaks LIMIT 1",
    )
    return 2, "are in no audit entry"


def _law_2_entry_changed(folder: Path) -> tuple[int, str]:
    _tamper(folder, "UPDATE audit_entries SET by = 'nobody' WHERE number = 5")
    return 2, "Audit entry 5"


def _law_2_entry_removed(folder: Path) -> tuple[int, str]:
    _tamper(folder, "DELETE FROM audit_entries WHERE number = 5")
    return 2, "Audit entry 6"


def _law_2_text_changed(folder: Path) -> tuple[int, str]:
    _tamper(folder, 'UPDATE personal_data SET value = \'{"name":"SOMEBODY ELSE"}\' WHERE rowid = 1')
    return 2, "is not what was recorded"


def _law_2_bytes_changed(folder: Path) -> tuple[int, str]:
    _tamper(folder, "UPDATE file_chunks SET data = zeroblob(10) WHERE rowid = 1")
    return 2, "its bytes are not those that came"


def _law_2_unguarded(folder: Path) -> tuple[int, str]:
    _tamper(folder, "DROP TRIGGER matches_refuses_delete", unguarded=False)
    return 2, "the trigger matches_refuses_delete is gone"


def _law_3_lost(folder: Path) -> tuple[int, str]:
    line = _one(folder, "SELECT line FROM dispositions WHERE kind = 'other' LIMIT 1")
    _tamper(folder, f"DELETE FROM dispositions WHERE line = '{line}'")
    return 3, "it has no disposition"


def _law_3_income_gone(folder: Path) -> tuple[int, str]:
    record = _one(folder, "SELECT record FROM dispositions WHERE kind = 'allocated' LIMIT 1")
    line = _one(folder, f"SELECT line FROM dispositions WHERE record = '{record}'")
    _tamper(
        folder,
        f"DELETE FROM transaction_lines WHERE \"transaction\" = '{record}'",
        f"DELETE FROM transactions WHERE id = '{record}'",
    )
    return 3, f"{line[:8]}-"


def _law_3_penny(folder: Path) -> tuple[int, str]:
    record = _one(folder, "SELECT record FROM dispositions WHERE kind = 'allocated' LIMIT 1")
    _tamper(folder, f"UPDATE transaction_lines SET pence = pence + 1 WHERE \"transaction\" = '{record}'")
    return 3, "the bank says"


def _law_3_twice(folder: Path) -> tuple[int, str]:
    """A payout that is awaiting its file is also booked as income: the worst bug there is."""
    line = _one(folder, "SELECT line FROM dispositions WHERE kind = 'awaiting' LIMIT 1")
    dashed = f"{line[:8]}-{line[8:12]}-{line[12:16]}-{line[16:20]}-{line[20:]}"
    record = _one(folder, "SELECT record FROM dispositions WHERE kind = 'allocated' LIMIT 1")
    _tamper(folder, f"UPDATE transactions SET origin_id = '{dashed}' WHERE id = '{record}'")
    return 3, "the bank says"


def _law_3_suspense(folder: Path) -> tuple[int, str]:
    _tamper(folder, "DELETE FROM suspense_items WHERE id = (SELECT min(id) FROM suspense_items)")
    return 3, "is no suspense item"


def _law_3_balance(folder: Path) -> tuple[int, str]:
    _tamper(folder, "DELETE FROM journal_sources WHERE kind = 'awaiting'")
    return 3, "its awaiting stands at"


def _law_3_clearing(folder: Path) -> tuple[int, str]:
    """A match that is gone leaves its receipt looking open, and the balance without it."""
    _tamper(
        folder, "DELETE FROM matches WHERE role = 'banked' AND right_kind = 'receipt' AND rule = 'reference'"
    )
    return 3, "the clearing of method"


def _law_4_constraint(folder: Path) -> tuple[int, str]:
    with sqlite3.connect(folder / "ims.sqlite") as connection:
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'breaks'").fetchone()
        without = sql.replace("UNIQUE (kind, subject_kind, subject, awaited)", "CHECK (1)")
        assert without != sql
        connection.executescript(f"DROP TABLE breaks; {without}")
    connection.close()
    return 4, "breaks: the constraint that makes kind, subject_kind, subject, awaited unique is gone"


def _law_4_repeated(folder: Path) -> tuple[int, str]:
    with sqlite3.connect(folder / "ims.sqlite") as connection:
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'breaks'").fetchone()
        connection.executescript(
            "CREATE TABLE kept AS SELECT * FROM breaks; DROP TABLE breaks;"
            + sql.replace("UNIQUE (kind, subject_kind, subject, awaited)", "CHECK (1)")
            + "; INSERT INTO breaks SELECT * FROM kept;"
            "INSERT INTO breaks SELECT lower(hex(randomblob(16))), kind, subject_kind, subject, since_on, message, awaited, "
            "unit, ordinal + 9000, seal FROM kept; DROP TABLE kept;"
        )
    connection.close()
    return 4, "is there 2 times"


def _law_5_statement(folder: Path) -> tuple[int, str]:
    number = _one(folder, "SELECT number FROM statements WHERE account = 'main' LIMIT 1")
    _tamper(folder, f"UPDATE statements SET closing = closing + 1 WHERE number = '{number}'")
    return 5, f"Statement {number} of account main: it closes at"


def _law_5_lines(folder: Path) -> tuple[int, str]:
    _tamper(
        folder,
        "UPDATE statement_lines SET pence = pence + 1 WHERE id = (SELECT min(id) FROM statement_lines)",
    )
    return 5, "not those that were proved"


def _law_5_settlement(folder: Path) -> tuple[int, str]:
    reference = _one(folder, "SELECT reference FROM settlements LIMIT 1")
    _tamper(folder, f"UPDATE settlements SET fees = fees + 1 WHERE reference = '{reference}'")
    return 5, f"Settlement {reference}"


def _law_5_journal(folder: Path) -> tuple[int, str]:
    _tamper(
        folder, "UPDATE journal_lines SET pence = pence + 1 WHERE id = (SELECT min(id) FROM journal_lines)"
    )
    return 5, "debits and credits of"


def _law_5_file(folder: Path) -> tuple[int, str]:
    name = _one(folder, "SELECT name FROM journal_exports LIMIT 1")
    _tamper(folder, f"UPDATE journal_exports SET debit = debit + 1 WHERE name = '{name}'")
    return 5, f"File {name}"


BREAKING = [made for name, made in sorted(globals().items()) if name.startswith("_law_")]


@pytest.mark.parametrize("break_it", BREAKING, ids=lambda made: made.__name__.removeprefix("_"))
def test_a_broken_law_is_caught_and_the_record_named(
    council_folder: Path, break_it: Callable[[Path], tuple[int, str]]
) -> None:
    law, words = break_it(council_folder)
    report = _laws(council_folder)[law - 1]
    assert not report.holds
    assert any(words in sentence for sentence in report.broken), report.broken


def test_personal_data_that_nobody_lawfully_removed_is_missed(council_folder: Path) -> None:
    """How it is removed lawfully, and everything still proves, is in test_retaining."""
    with sqlite3.connect(council_folder / "ims.sqlite") as connection:
        assert connection.execute("DELETE FROM personal_data").rowcount > 0
        assert connection.execute("DELETE FROM file_chunks").rowcount > 0
    connection.close()
    law = _laws(council_folder)[1]
    assert law.retired == 0
    tables = {sentence.partition(":")[0] for sentence in law.broken}
    assert tables == {"statement_lines", "unpaids", "advices", "files"}
    assert all("only 0 were lawfully removed" in sentence for sentence in law.broken)


def test_what_makes_twice_once_is_missed_in_either_database(installation: Installation) -> None:
    """SQLite cannot lose a constraint without its table; that is `_law_4_constraint`."""
    with installation.store.engine.begin() as connection:
        for name in ("uq_expected_deposits_source", "uq_transactions_provider_reference"):
            connection.exec_driver_sql(f"DROP INDEX {name}")
        connection.exec_driver_sql(f"CREATE INDEX {name} ON transactions (provider, provider_reference)")
        if connection.dialect.name == "postgresql":
            found = sa.inspect(connection).get_unique_constraints("break_events")
            name = next(each["name"] for each in found if each["column_names"] == ["about", "number"])
            connection.exec_driver_sql(f"ALTER TABLE break_events DROP CONSTRAINT {name}")
            connection.exec_driver_sql(f"CREATE UNIQUE INDEX {name} ON break_events (about, number)")
    gone = {
        "expected_deposits: the index that makes source_kind, source, kind unique is gone.",
        "transactions: the index that makes provider, provider_reference unique is gone.",
    }
    if installation.store.engine.dialect.name == "postgresql":
        gone |= {"break_events: the constraint that makes about, number unique is gone."}
    assert set(verify(installation)[3].broken) == gone
