"""Triggers by which the database itself refuses a change of records (law 2). Used by the migrations."""

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
