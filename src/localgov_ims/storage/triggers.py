"""Triggers by which the database itself refuses a change of records (law 2), and says where suspense stands.

Used by the migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

_REFUSED = "records never change: write a new one that says what it corrects"


def refuse_changes(dialect: str, table: str, *, deletable: bool = False) -> Iterator[str]:
    """Yield the statements that refuse UPDATE, and DELETE unless *deletable*, of *table*'s rows."""
    acts = ["UPDATE"] if deletable else ["UPDATE", "DELETE"]
    if dialect == "sqlite":
        for act in acts:
            yield (
                f'CREATE TRIGGER "{table}_refuses_{act.lower()}" BEFORE {act} ON "{table}" '
                f"BEGIN SELECT RAISE(ABORT, '{table}: {_REFUSED}'); END"
            )
        return
    yield (
        "CREATE OR REPLACE FUNCTION ims_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '%: {_REFUSED}', TG_TABLE_NAME; END $$"
    )
    yield (
        f'CREATE TRIGGER "{table}_refuses_change" BEFORE {" OR ".join(acts)} ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION ims_refuse_change()"
    )
    if not deletable:
        yield (
            f'CREATE TRIGGER "{table}_refuses_truncate" BEFORE TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION ims_refuse_change()"
        )


_LEFT = "NEW.of_pence - NEW.taken_after"
_BANKED = {
    "sqlite": "SELECT {what} FROM statement_lines b JOIN statements s ON s.id = b.statement "
    "WHERE b.id = replace(t.origin_id, '-', '')",
    "postgresql": "SELECT {what} FROM statement_lines b JOIN statements s ON s.id = b.statement "
    "WHERE b.id = CAST(t.origin_id AS uuid)",
}
_FILE = {
    "sqlite": "replace(substr(t.origin_id, 1, 36), '-', '')",
    "postgresql": "CAST(substr(t.origin_id, 1, 36) AS uuid)",
}
"""How the file of a row's Receipt is read of its origin, `FILE/POSITION`."""


def keep_standing(dialect: str) -> Iterator[str]:
    """Yield the statements that keep `suspense_standing` with each item of suspense and each draw."""
    banked = {
        what: f"CASE t.origin_kind WHEN 'statement_line' THEN ({_BANKED[dialect].format(what=what)})"
        for what in ("b.id", "s.file")
    }
    placed = (
        "INSERT INTO suspense_standing "  # noqa: S608 - our own names
        "(line, taken_on, received_at, pence, left_pence, weight, reason, mop, received_reference, file, bank_line, says) "
        "SELECT l.id, t.taken_on, NEW.received_at, l.pence, l.pence, -abs(l.pence), NEW.reason, l.mop, "
        f"NEW.received_reference, {banked['s.file']} WHEN 'income_file' THEN {_FILE[dialect]} END, {banked['b.id']} END, l.narrative "
        'FROM transaction_lines l JOIN transactions t ON t.id = l."transaction" WHERE l.id = NEW.line'
    )
    drawn = f"UPDATE suspense_standing SET left_pence = {_LEFT}, weight = -abs({_LEFT}) WHERE line = NEW.line"  # noqa: S608 - our own names
    for table, statement in (("suspense_items", placed), ("draws", drawn)):
        if dialect == "sqlite":
            yield f'CREATE TRIGGER "{table}_stand" AFTER INSERT ON "{table}" BEGIN {statement}; END'
        else:
            yield (
                f"CREATE OR REPLACE FUNCTION ims_{table}_stand() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {statement}; RETURN NULL; END $$"
            )
            yield (
                f'CREATE TRIGGER "{table}_stand" AFTER INSERT ON "{table}" '
                f"FOR EACH ROW EXECUTE FUNCTION ims_{table}_stand()"
            )
