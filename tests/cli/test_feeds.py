"""`ims feeds`: files for back offices by commands alone, and the proof that nothing is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.desk import TAX, Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a new council with ann and bob, and 25.00 cleared from suspense to a council tax account."""
    desk = a_desk(tmp_path / "new", monkeypatch)
    made = desk.ask("suspense", "create", "--key", "k", "--amount", "25.00", "--method", "14")
    desk.ask(
        "suspense", "clear", f"{made['lines'][0]['line']}:25.00", "--to", f"{TAX}:25.00", "--saw", "25.00"
    )
    return desk


def test_a_feed_is_sent_once_listed_made_again_and_adds_up(desk: Desk, tmp_path: Path) -> None:
    (sent,) = desk.ask("feeds", "send", "--out", tmp_path / "out")
    written = Path(sent["file"]["file"]).read_bytes()
    header, line, trailer = written.decode().splitlines()
    assert (header[:11], line[:25], line[-2:]) == ("HCTAX000001", "D612345674   00000002500+", "SU")
    assert trailer == "T0000010000000002500+"
    again = desk.ask("feeds", "send", "--feed", "council-tax", "--again", "1", "--out", tmp_path / "again")
    assert again[0]["copy"]
    assert (tmp_path / "again" / "council-tax-000001.txt").read_bytes() == written
    (listed,) = desk.ask("feeds", "list", "council-tax")
    assert (listed["count"], listed["total_pence"]) == (1, 2500)
    figures = desk.ask("feeds", "figures", "council-tax", "--from", "2020-01-01", "--to", "2050-12-31")
    assert (figures["fed_pence"], figures["income_pence"], figures["proved"]) == (2500, 2500, True)
    assert desk.laws_hold()


def test_an_answer_is_read_and_what_was_not_taken_is_sent_again(desk: Desk, tmp_path: Path) -> None:
    desk.run("feeds", "send")
    file = tmp_path / "answer.csv"
    file.write_text("file,line,result,reason\n1,2,NO,closed\n")
    refused = desk.run("feeds", "answer", "council-tax", file)
    assert (refused.exit_code, "[2]: The file has no such line; it has 1" in refused.output) == (3, True)
    file.write_text("file,line,result,reason\n000001,1,NO,closed\n")
    said = desk.run("feeds", "answer", "council-tax", file).output
    assert "council-tax-000001: 0 lines taken, 1 not." in said
    assert "£25.00: closed" in said
    again = desk.ask("feeds", "answer", "council-tax", file)
    assert (again["seen"], again["open"]) == (True, 0)
    (listed,) = desk.ask("feeds", "list", "council-tax")
    assert (listed["accepted"], listed["rejected"]) == (0, 1)
    (found,) = desk.ask("stated", "list")
    assert desk.run("stated", "end", found["id"], "--as", "transferred", "--because", "x").exit_code == 4
    desk.run("stated", "end", found["id"], "--as", "sent_again", "--because", "put right there")
    assert "1 line, £25.00" in (sent := desk.run("feeds", "send").output)
    assert "1 line of it sent before and not taken then" in sent
    assert desk.laws_hold()


def test_an_empty_day_is_said_and_shown(desk: Desk) -> None:
    desk.run("feeds", "send")
    assert "council-tax: 0 lines, £0.00" in desk.run("feeds", "send").output
    assert (
        "It adds up."
        in desk.run("feeds", "figures", "council-tax", "--from", "2020-01-01", "--to", "2050-12-31").output
    )


def test_what_is_not_there_is_refused(desk: Desk) -> None:
    assert desk.run("feeds", "list", "rents").exit_code == 6
    assert desk.run("feeds", "send", "--again", "1").exit_code == 2
