"""`ims refunds` as people and scripts call it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.cli.desk import RENT, TAX, Desk, a_desk

from localgov_ims.domain.calendar import local_day

PAYEE = (
    "--payables", "--payee", "A Payer", "--sort-code", "200000", "--account", "12345678", "--evidence", "Bank letter",
)  # fmt: skip

TODAY = local_day(datetime.now(UTC)).isoformat()
"""Commands know no other clock than the machine's."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a new council with ann and bob."""
    return a_desk(tmp_path / "new", monkeypatch)


def ask(desk: Desk, *words: str, by: str = "ann") -> Any:
    return desk.ask("refunds", "ask", *words, "--reason", "Paid twice", by=by)


def left(desk: Desk, line: str) -> int:
    return int(desk.ask("lines", "show", line)["left_pence"])


def test_without_an_amount_all_that_is_left_is_asked_for(desk: Desk) -> None:
    reference = desk.paid(f"{TAX}:120.00", f"{RENT}:5.00")
    line = f"{reference}_1"
    first = ask(desk, f"{line}:20.00")
    assert (first["pence"], first["state"], first["payment"], first["payee"]) == (
        2000,
        "requested",
        reference,
        None,
    )
    desk.ask("refunds", "confirm", first["refund"], "paid")
    rest = ask(desk, line, f"{reference}_2")
    assert [item["pence"] for item in rest["items"]] == [10000, 500]
    assert (left(desk, line), left(desk, f"{reference}_2")) == (0, 0)
    desk.ask("refunds", "confirm", rest["refund"], "rejected", "--detail", "Card closed")
    assert (left(desk, line), left(desk, f"{reference}_2")) == (10000, 500)
    assert desk.laws_hold()


def test_nothing_left_is_nothing_to_refund(desk: Desk) -> None:
    reference = desk.paid()
    made = ask(desk, f"{reference}_1")
    desk.ask("refunds", "confirm", made["refund"], "paid")
    assert "nothing is asked for" in desk.refused(
        "refunds", "ask", f"{reference}_1", "--reason", "Again", code=4
    )


def test_by_payables_another_person_authorises_and_the_account_is_never_shown(desk: Desk) -> None:
    line = f"{desk.paid()}_1"
    made = ask(desk, f"{line}:20.00", *PAYEE)
    reference = made["refund"]
    assert (made["state"], made["route"], made["evidence"]) == ("proposed", "payables", "Bank letter")
    assert made["payee"] == {"name": "A Payer", "account_ending": "78"}
    assert "somebody else must authorise" in desk.refused("refunds", "authorise", reference, code=4)
    assert desk.ask("refunds", "authorise", reference, by="bob")["state"] == "requested"
    assert "waits for nobody" in desk.refused("refunds", "authorise", reference, by="bob", code=4)
    assert desk.ask("refunds", "confirm", reference, "submitted")["state"] == "submitted"
    done = desk.ask(
        "refunds", "confirm", reference.lower(), "paid", "--on", TODAY, "--provider-reference", "B7"
    )
    assert (done["state"], done["provider_reference"]) == ("succeeded", "B7")
    shown = desk.ask("refunds", "show", reference)
    assert [(e["kind"], e["said"], e["state"], e["by"], e["paid_on"]) for e in shown["events"]] == [
        ("asked", None, "proposed", "ann", None), ("authorised", None, "requested", "bob", None),
        ("said", "submitted", "submitted", "ann", None), ("said", "succeeded", "succeeded", "ann", TODAY),
    ]  # fmt: skip
    (record,) = shown["records"]
    assert (record["kind"], record["pence"], record["taken_on"]) == ("refund", -2000, TODAY)
    for words in (
        ("refunds", "show", reference), ("refunds", "list"), ("explain", reference), ("explain", line),
        ("payments", "show", line.partition("_")[0]), ("audit", "show"), ("search",),
    ):  # fmt: skip
        for form in ((), ("--json",)):
            said = desk.said(*words, *form)
            assert "12345678" not in said
            assert "200000" not in said
    assert "account ending 78" in desk.said("refunds", "show", reference)
    assert desk.laws_hold()


def test_above_the_limit_a_refund_to_a_card_waits_and_turned_down_it_gives_back(desk: Desk) -> None:
    line = f"{desk.paid(f'{TAX}:1500.00')}_1"
    made = ask(desk, f"{line}:1000.01")
    assert (made["state"], left(desk, line)) == ("proposed", 49999)
    assert desk.ask("refunds", "turn-down", made["refund"], by="bob")["state"] == "failed"
    assert left(desk, line) == 150000
    assert ask(desk, f"{line}:999.99")["state"] == "proposed"  # the day's acts add up


def test_what_fails_after_it_was_paid_is_taken_back(desk: Desk) -> None:
    line = f"{desk.paid()}_1"
    reference = ask(desk, f"{line}:20.00")["refund"]
    desk.ask("refunds", "confirm", reference, "paid")
    assert left(desk, line) == 10000
    assert desk.ask("refunds", "confirm", reference, "rejected")["state"] == "failed"
    shown = desk.ask("refunds", "show", reference)
    assert [len(record["reversed_by"]) for record in shown["records"]] == [1]
    assert [found["kind"] for found in shown["breaks"]] == ["refund_failed"]
    assert left(desk, line) == 12000
    assert "taken back by" in desk.said("refunds", "show", reference)
    assert desk.laws_hold()


def test_another_amount_than_asked_for_is_a_break_and_records_nothing(desk: Desk) -> None:
    reference = ask(desk, f"{desk.paid()}_1:20.00")["refund"]
    assert desk.ask("refunds", "confirm", reference, "paid", "--amount", "19.00")["state"] == "requested"
    shown = desk.ask("refunds", "show", reference)
    assert (shown["records"], [found["kind"] for found in shown["breaks"]]) == ([], ["refund_contradicted"])


def test_the_list_has_the_newest_first_and_only_ones_own_funds(desk: Desk) -> None:
    desk.employ("rents", "income-officer", groups=("housing",))
    rent, tax = desk.paid(f"{RENT}:10.00", theirs="P1"), desk.paid(f"{TAX}:20.00", theirs="P2")
    first, then = ask(desk, f"{rent}_1")["refund"], ask(desk, f"{tax}_1")["refund"]
    assert [r["refund"] for r in desk.ask("refunds", "list")["refunds"]] == [then, first]
    own = desk.ask("refunds", "list", by="rents")
    assert [(r["refund"], r["pence"], r["subject"]) for r in own["refunds"]] == [(first, 1000, rent)]
    assert "fund 23" in desk.refused("refunds", "show", then, by="rents", code=7)
    desk.ask("refunds", "confirm", first, "rejected")
    assert [r["refund"] for r in desk.ask("refunds", "list", "--open")["refunds"]] == [then]
    limited = desk.ask("refunds", "list", "--limit", "1")
    assert ([r["refund"] for r in limited["refunds"]], limited["more"]) == ([then], True)
    assert "and more" in desk.said("refunds", "list", "--limit", "1")


def test_who_may_not_see_refunds_sees_that_there_are_some(desk: Desk) -> None:
    desk.employ("teller", "cashier", groups=("customer-services",))
    reference = desk.paid()
    made = ask(desk, f"{reference}_1:20.00")
    shown = desk.ask("payments", "show", reference, by="teller")
    assert (shown["refunds"], shown["hidden_refunds"]) == ([], 1)
    assert "1 refund that you may not see" in desk.said("payments", "show", reference, by="teller")
    (drawn,) = desk.ask("lines", "show", f"{reference}_1", by="teller")["draws"]
    assert (drawn["pence"], drawn["what"], drawn["reference"], drawn["by"]) == (
        2000,
        "refund_request",
        None,
        None,
    )
    for words in (
        ("list",),
        ("show", made["refund"]),
        ("ask", f"{reference}_1", "--reason", "x"),
        ("authorise", made["refund"]),
    ):
        assert "It needs refund." in desk.refused("refunds", *words, by="teller", code=7)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("ask", "{line}"), 2), (("ask", "--reason", "x"), 2), (("ask", "{line}:1", "--reason", "x"), 3),
        (("ask", "{line}:0.00", "--reason", "x"), 4), (("ask", "{line}:120.01", "--reason", "x"), 4),
        (("ask", "{line}", "--reason", " "), 4), (("ask", "K7MP-2QXW-9TRN_1", "--reason", "x"), 6),
        (("ask", "{line}", "--reason", "x", "--payables"), 2), (("ask", "{line}", "--reason", "x", "--payee", "A"), 2),
        (("ask", "{line}", "--reason", "x", *PAYEE[:-1], "Letter", "--sort-code", "20-00-00"), 3),
        (("show", "K7MP-2QXW-9TRN"), 6), (("authorise", "K7MP-2QXW-9TRN"), 6), (("confirm", "K7MP-2QXW-9TRN", "lost"), 2),
        (("confirm", "K7MP-2QXW-9TRN", "paid"), 6), (("list", "--limit", "0"), 3),
    ],
)  # fmt: skip
def test_what_cannot_be_has_its_exit_code_and_a_sentence(
    desk: Desk, words: tuple[str, ...], code: int
) -> None:
    line = f"{desk.paid()}_1"
    said = desk.refused("refunds", *(word.replace("{line}", line) for word in words), code=code)
    assert said
    assert "12345678" not in said


def test_people_read_sentences(desk: Desk) -> None:
    assert "There are no refunds." in desk.said("refunds", "list")
    assert "No refund is open." in desk.said("refunds", "list", "--open")
    line = f"{desk.paid()}_1"
    asked = desk.said("refunds", "ask", f"{line}:20.00", *PAYEE, "--reason", "Paid twice")
    reference = asked.split()[1]
    assert f"`ims refunds authorise {reference}`" in asked
    assert "1 refund." in desk.said("refunds", "list")
    assert f"`ims refunds confirm {reference} submitted`" in desk.said(
        "refunds", "authorise", reference, by="bob"
    )
    assert "It was given back." in desk.said("refunds", "confirm", reference, "paid")
    shown = desk.said("refunds", "show", reference)
    for words in (
        "succeeded",
        "Paid twice",
        "Evidence: Bank letter",
        "authorised, requested (bob, ",
        "recorded: -£20.00",
    ):
        assert words in shown


def test_the_payables_file_is_sent_listed_and_made_again(desk: Desk, tmp_path: Path) -> None:
    made = ask(desk, f"{desk.paid()}_1:20.00", *PAYEE)
    desk.ask("refunds", "authorise", made["refund"], by="bob")
    sent = desk.ask("refunds", "payables", "send", "--out", tmp_path / "out")
    file = Path(sent["file"]["file"])
    assert (file.stat().st_mode & 0o777, b"12345678" in file.read_bytes()) == (0o600, True)
    assert (sent["file"]["count"], sent["file"]["total_pence"], sent["copy"]) == (1, 2000, False)
    assert "No refund waits" in desk.said("refunds", "payables", "send")
    again = desk.ask("refunds", "payables", "send", "--again", "1", "--out", tmp_path / "again")
    assert again["copy"]
    assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()
    assert "payables-000001" in desk.said("refunds", "payables", "list")
    assert "payables-000001" in desk.said("refunds", "show", made["refund"])
    assert desk.laws_hold()
