"""`ims import` of income files and `ims files`: a whole story by commands alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.desk import Desk, a_desk

ALLPAY = """\
9826001612345674          100.00P12/05/2026
982600112345678902         85.25T12/05/2026
9826001NOBODY              15.00Z12/05/2026

Total Amount                                 200.25
Total Transactions                                      3
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a new council with ann and bob."""
    made = a_desk(tmp_path / "new", monkeypatch)
    monkeypatch.chdir(tmp_path)
    config = made.config
    text = config.read_text(encoding="utf-8")
    # The files of this story are of May 2026, whatever the day on which the tests run.
    config.write_text(
        text.replace('format = "allpay"\n', 'format = "allpay"\ndate_window = [-4000, 7]\n'), encoding="utf-8"
    )
    return made


def _file(text: str = ALLPAY, name: str = "allpay.txt") -> str:
    Path(name).write_text(text, encoding="ascii", newline="")
    return name


def test_a_file_is_tried_recorded_seen_shown_and_taken_back(desk: Desk) -> None:
    (tried,) = desk.ask("import", "--dry-run", _file())
    assert (tried["status"], tried["import_type"], tried["report"]["placed"]) == (
        "recorded", "allpay", {"count": 2, "pence": 18525},
    )  # fmt: skip
    assert desk.ask("files", "list") == []
    (done,) = desk.ask("import", "--declared-rows", "3", "--declared-total", "200.25", _file())
    assert (done["status"], done["counts"]) == ("recorded", {"rows": 3, "recorded": 3, "suspense": 1})
    (seen,) = desk.ask("import", _file(name="other.txt"))
    assert (seen["status"], seen["id"]) == ("seen", done["id"])
    shown = desk.ask("files", "show", done["sha256"])
    assert [event["status"] for event in shown["events"]] == ["received", "in_progress", "recorded"]
    assert shown["events"][0]["declared"]["pence"] == 20025
    said = desk.said("files", "show", done["id"])
    assert "no rule says which fund it belongs to" in said
    assert "Council tax of agents' files" in said
    desk.refused("files", "reverse", done["id"], "--reason", "Mine", code=7)
    back = desk.ask("files", "reverse", done["id"], "--reason", "Wrong day", by="bob")
    assert back["report"]["reversed"] == {"count": 3, "pence": 20025}
    assert desk.ask("files", "list", "--status", "reversed")[0]["id"] == done["id"]
    assert desk.laws_hold()


def test_equal_rows_in_other_bytes_wait_for_a_decision(desk: Desk) -> None:
    desk.ask("import", _file())
    lines = ALLPAY.splitlines(keepends=True)
    held = _file("".join([lines[1], lines[0], *lines[2:]]), "again.txt")
    desk.refused("import", held, code=3)
    (file,) = desk.ask("files", "list", "--status", "held")
    assert "suspected-duplicate" in desk.said("files", "show", file["id"])
    done = desk.ask("files", "decide", file["id"], "--accept", "--reason", "Two deliveries")
    assert done["status"] == "recorded"
    desk.refused("files", "decide", file["id"], "--refuse", "--reason", "Too late", code=4)
    assert desk.laws_hold()


def test_a_wrong_total_refuses_and_the_right_one_records(desk: Desk) -> None:
    desk.refused("import", "--declared-total", "200.26", _file(), code=3)
    (done,) = desk.ask("import", "--declared-total", "200.25", _file())
    assert done["status"] == "recorded"


def test_rules_that_came_later_are_reapplied(desk: Desk) -> None:
    (done,) = desk.ask("import", _file())
    assert desk.ask("suspense", "reapply") == []
    config = desk.config
    rule = """
[[rule]]
name = "Nobody's money is the garden's"
order = 5
import_types = ["allpay"]
when = { field = "account_reference", op = "equals", value = "NOBODY" }
set = { fund = "13", account_reference = "GW1234562" }
"""
    config.write_text(config.read_text(encoding="utf-8") + rule, encoding="utf-8")
    (found,) = desk.ask("suspense", "reapply", "--file", done["id"])
    assert found["lines"] == [{"fund": "13", "account_reference": "GW1234562", "pence": 1500}]
    assert "--confirm" in desk.said("suspense", "reapply")
    (cleared,) = desk.ask("suspense", "reapply", "--confirm")
    assert cleared["item"] == found["item"]
    assert desk.ask("suspense", "list") == []
    assert desk.laws_hold()


def test_a_list_clears_the_item_that_it_explains(desk: Desk) -> None:
    config = desk.config
    kind = '\n[import_types.list]\nname = "Rents of an association"\nkind = "remittance"\nformat = "standard-income"\n'
    kind += "date_window = [-4000, 7]\n"
    config.write_text(config.read_text(encoding="utf-8") + kind, encoding="utf-8")
    made = desk.ask("suspense", "create", "--key", "k", "--amount", "48.00", "--method", "14")
    item = made["lines"][0]["line"]
    row = ",,,,,2026-05-12 10:00:00,12345678902,1,05,14,{},,,,\n"
    path = Path("list.csv")
    path.write_text(row.format("30.00") + row.format("18.01"), encoding="ascii")
    desk.refused("suspense", "clear-by-list", item, "--file", "list.csv", "--type", "list", code=4)
    path.write_text(row.format("30.00") + row.format("18.00"), encoding="ascii")
    done = desk.ask("suspense", "clear-by-list", item, "--file", "list.csv", "--type", "list")
    assert (done["seen"], [line["pence"] for line in done["transaction"]["lines"]]) == (
        False,
        [-4800, 3000, 1800],
    )
    assert desk.ask("suspense", "clear-by-list", item, "--file", "list.csv", "--type", "list")["seen"]
    assert desk.laws_hold()
