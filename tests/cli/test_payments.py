"""`ims payments` as people and scripts call it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.desk import RENT, TAX, Desk, a_desk
from tests.cli.test_cli import call

from localgov_ims.cli.items import read_item, read_part
from localgov_ims.cli.payments import WORDS
from localgov_ims.cli.root import ims
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import Said, said
from localgov_ims.errors import InvalidValue

CHEQUE = (
    "--cheque-sort-code", "112233", "--cheque-account", "12345678", "--cheque-number", "000123", "--cheque-name", "A Drawer",
)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a new council with ann and bob."""
    return a_desk(tmp_path / "new", monkeypatch)


# --- What people type ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fund", "account", "amount"),
    [
        ("23:612345674:120.00", "23", "612345674", 12000), ("05:AB:12:5.50", "05", "AB:12", 550),
        ("05:A/B C:5.50", "05", "A/B C", 550), (" 23 :612345674: 1.00 ", "23", "612345674", 100),
        ("23:612345674:-5.00", "23", "612345674", -500), ("LB::1.00", "LB", None, 100),
    ],
)  # fmt: skip
def test_an_item_is_split_at_its_first_and_last_colon(
    text: str, fund: str, account: str | None, amount: int
) -> None:
    item = read_item(text)
    assert (item.fund, item.account_reference, item.amount) == (fund, account, Money(amount))


@pytest.mark.parametrize(
    "text",
    [
        "23:AB:12",
        "23:612345674",
        "23:120.00:",
        ":612345674:1.00",
        "23",
        "",
        "23:A:1.000",
        "23:A:1e2",
        "23:A:1,000.00",
    ],
)
def test_an_item_that_could_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="is not FUND:ACCOUNT:AMOUNT with pounds and pence"):
        read_item(text)


def test_a_part_of_a_line_has_its_pence_or_is_all_of_it() -> None:
    assert read_part("K7MP-2QXW-9TRN_1:12.00") == ("K7MP-2QXW-9TRN_1", Money(1200))
    assert read_part(" K7MP2QXW9TRN_1 ") == ("K7MP2QXW9TRN_1", None)
    assert read_part("old:7_1:1.00") == ("old:7_1", Money(100))
    for text in ("K7MP-2QXW-9TRN_1:12", "old:7_1", ":1.00"):
        with pytest.raises(InvalidValue, match="is not LINE:AMOUNT"):
            read_part(text)


def test_every_word_of_a_provider_is_one_that_is_understood() -> None:
    assert Said.UNKNOWN not in {said(word) for word in WORDS}
    assert {said(word) for word in WORDS} == set(Said) - {Said.UNKNOWN}


# --- Taking and settling ------------------------------------------------------------------------------------


def test_story_a_is_told_by_commands(desk: Desk) -> None:
    taken = desk.ask(
        "payments", "take", "--item", f"{TAX}:120.00", "--item", "2R:FP20000050:5.50", "--channel", "telephone",
        "--payer", "A Payer", "--address", "1 High Street", "--address", "", "--address", "Anytown", "--postcode", "AB1 2CD",
    )  # fmt: skip
    assert (taken["state"], taken["pence"], taken["due_pence"]) == ("pending", 12550, 12550)
    assert taken["payer"] == {
        "name": "A Payer", "address_1": "1 High Street", "address_3": "Anytown", "postcode": "AB1 2CD",
    }  # fmt: skip
    reference = taken["payment"]
    assert [line["line"] for line in taken["lines"]] == [f"{reference}_1", f"{reference}_2"]
    assert [p["payment"] for p in desk.ask("payments", "pending")["payments"]] == [reference]
    done = desk.ask(
        "payments", "settle", reference.lower(), "--said", "AUTHORISED", "--paid", "125.50", "--provider-reference", "P1",
        "--taken-on", "2026-05-13",
    )  # fmt: skip
    assert (done["state"], done["due_pence"], done["provider_reference"]) == ("succeeded", 0, "P1")
    shown = desk.ask("payments", "show", reference)
    (receipt,) = shown["receipts"]
    assert (receipt["purpose"], receipt["pence"], receipt["taken_on"]) == ("main", 12550, "2026-05-13")
    assert [(line["fund"], line["pence"]) for line in receipt["lines"]] == [("23", 12000), ("2R", 550)]
    assert [(e["said"], e["state"], e["pence"], e["by"]) for e in shown["events"]] == [
        ("succeeded", "succeeded", 12550, "ann")
    ]
    assert (shown["refunds"], shown["hidden_refunds"], shown["breaks"]) == ([], 0, [])
    assert desk.ask("payments", "pending") == {"payments": [], "more": False}
    assert desk.laws_hold()


def test_the_same_key_is_the_same_payment_and_another_request_under_it_is_refused(desk: Desk) -> None:
    words = (
        "payments",
        "take",
        "--fund",
        "23",
        "--account",
        "612345674",
        "--channel",
        "counter",
        "--key",
        "k1",
    )
    first = desk.ask(*words, "--amount", "120")
    assert desk.ask(*words, "--amount", "120.00")["payment"] == first["payment"]
    assert "with another request" in desk.refused(*words, "--amount", "1.00", code=4)


def test_what_is_pending_is_counted_from_when_it_was_asked_for(desk: Desk) -> None:
    taken = [
        desk.ask("payments", "take", "--item", f"{TAX}:{n}.00", "--channel", "counter")["payment"]
        for n in (1, 2, 3)
    ]
    assert [p["payment"] for p in desk.ask("payments", "pending")["payments"]] == taken
    assert desk.ask("payments", "pending", "--older-than", "30")["payments"] == []
    some = desk.ask("payments", "pending", "--limit", "2")
    assert ([p["payment"] for p in some["payments"]], some["more"]) == (taken[:2], True)
    assert "and more" in desk.said("payments", "pending", "--limit", "1")
    desk.refused("payments", "pending", "--limit", "501", code=3)
    desk.ask("payments", "settle", taken[1], "--said", "refused")
    desk.ask("payments", "settle", taken[2], "--said", "pending")
    assert [p["payment"] for p in desk.ask("payments", "pending")["payments"]] == [taken[0], taken[2]]


def test_only_payments_wholly_in_ones_own_funds_are_listed_and_shown(desk: Desk) -> None:
    desk.employ("rents", "income-officer", "cashier", groups=("housing",))
    own = desk.ask("payments", "take", "--item", f"{RENT}:10.00", "--channel", "counter")["payment"]
    mixed = desk.ask(
        "payments", "take", "--item", f"{RENT}:1.00", "--item", f"{TAX}:2.00", "--channel", "counter"
    )["payment"]
    assert [p["payment"] for p in desk.ask("payments", "pending", by="rents")["payments"]] == [own]
    assert desk.ask("payments", "show", own, by="rents")["state"] == "pending"
    assert "fund 23" in desk.refused("payments", "show", mixed, by="rents", code=7)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("refused", "failed"),
        ("error", "failed"),
        ("cancelled", "cancelled"),
        ("expired", "expired"),
        ("pending", "pending"),
    ],
)
def test_what_was_not_paid_is_no_income(desk: Desk, word: str, state: str) -> None:
    taken = desk.ask("payments", "take", "--item", f"{TAX}:120.00", "--channel", "counter")
    assert desk.ask("payments", "settle", taken["payment"], "--said", word)["state"] == state
    shown = desk.ask("payments", "show", taken["payment"])
    assert (shown["receipts"], shown["due_pence"]) == ([], 12000)


def test_another_amount_goes_to_suspense_with_a_break_that_show_tells(desk: Desk) -> None:
    taken = desk.ask("payments", "take", "--item", f"{TAX}:120.00", "--channel", "counter")["payment"]
    desk.ask(
        "payments", "settle", taken, "--said", "authorised", "--paid", "100.00", "--provider-reference", "P1"
    )
    shown = desk.ask("payments", "show", taken)
    assert [(line["fund"], line["pence"]) for line in shown["receipts"][0]["lines"]] == [("SUSP", 10000)]
    assert [found["kind"] for found in shown["breaks"]] == ["amount_differs"]
    assert "£100.00 was paid" in desk.said("payments", "show", taken)
    assert "It went to suspense" in desk.said("explain", taken)


def test_whoever_settles_another_amount_is_told_at_once(desk: Desk) -> None:
    taken = desk.ask("payments", "take", "--item", f"{TAX}:60.00", "--channel", "counter")["payment"]
    settled = desk.said(
        "payments", "settle", taken, "--said", "authorised", "--paid", "50.00", "--provider-reference", "P1"
    )
    assert "For a person: £50.00 was paid" in settled


# --- Certain at once ----------------------------------------------------------------------------------------


def test_a_cheque_is_income_at_once_by_the_cheque_method(desk: Desk) -> None:
    made = desk.ask(
        "payments", "cheque", "--item", f"{RENT}:10.00", *CHEQUE, "--taken-on", "2026-05-13", "--office", "01"
    )
    assert (made["kind"], made["channel"], made["pence"], made["taken_on"]) == (
        "receipt",
        "counter",
        1000,
        "2026-05-13",
    )
    assert [line["mop"] for line in made["lines"]] == ["24"]
    assert desk.ask("payments", "cheque", "--item", f"{RENT}:1.00", *CHEQUE, "--by-post")["channel"] == "post"
    assert desk.laws_hold()


def test_cash_needs_a_method_that_is_cash(desk: Desk) -> None:
    assert desk.ask("payments", "cash", "--item", f"{RENT}:10.00", "--mop", "01")["lines"][0]["mop"] == "01"
    assert "is not cash" in desk.refused("payments", "cash", "--item", f"{RENT}:10.00", "--mop", "24", code=3)


def test_a_negative_item_by_post_takes_back_the_line_that_it_names(desk: Desk) -> None:
    first = desk.ask("payments", "post", "--item", f"{RENT}:10.00", "--narrative", "By letter")
    line = first["lines"][0]["line"]
    taken = desk.ask(
        "payments",
        "post",
        "--item",
        f"{RENT}:-4.00",
        "--mop",
        "92",
        "--narrative",
        "Cheque returned",
        "--original",
        line,
    )
    assert taken["pence"] == -400
    shown = desk.ask("lines", "show", line)
    assert (shown["left_pence"], [(d["pence"], d["reference"]) for d in shown["draws"]]) == (
        600,
        [(400, taken["transaction"])],
    )
    assert desk.laws_hold()


def test_a_fee_of_a_consumers_card_goes_to_suspense_and_again_it_is_the_same(desk: Desk) -> None:
    reference = desk.paid()
    made = desk.ask("payments", "fee", reference, "1.50")
    assert (made["purpose"], made["lines"][0]["line"], made["lines"][0]["fund"]) == (
        "fee",
        f"{reference}_2",
        "SUSP",
    )
    assert desk.ask("payments", "fee", reference, "1.50") == made
    assert "Reverse it first" in desk.refused("payments", "fee", reference, "2.00", code=4)
    assert desk.ask("payments", "fee", reference, "0") is None
    assert "not recorded" in desk.said("payments", "fee", reference, "0.00")


def test_a_fee_of_a_commercial_card_is_kept_where_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = a_desk(tmp_path / "fees", monkeypatch)
    text = desk.config.read_text(encoding="utf-8")
    carries = (
        'carries_fee = true\nsurcharge_accepted_by = "head of finance"\nfee_to = "central"\nfee_fund = "13"\n'
        'fee_account = "GW1234562"\nfee_vat_code = "S"\n'
    )
    desk.config.write_text(text.replace("[methods.92]\n", f"[methods.92]\n{carries}"), encoding="utf-8")
    reference = desk.paid()
    (line,) = desk.ask("payments", "fee", reference, "1.50", "--commercial")["lines"]
    assert (line["fund"], line["pence"], line["vat_pence"]) == ("13", 150, 25)
    assert desk.ask("payments", "show", reference)["breaks"] == []


# --- Refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("take", "--channel", "counter"), 2), (("take", "--fund", "23", "--channel", "counter"), 2),
        (("take", "--item", f"{TAX}:1.00"), 2), (("take", "--item", f"{TAX}:1.00", "--channel", "post"), 2),
        (("take", "--item", f"{TAX}:1", "--channel", "counter"), 3),
        (("take", "--fund", "23", "--account", "612345674", "--amount", "1.234", "--channel", "counter"), 3),
        (("take", "--item", "23:612345675:1.00", "--channel", "counter"), 3),
        (("take", "--item", "23:612345675:1.00", "--item", "99:X:1.00", "--channel", "counter"), 3),
        (("take", "--item", f"{TAX}:1.00", *("--address", "x") * 5, "--channel", "counter"), 2),
        (("settle", "K7MP-2QXW-9TRN", "--said", "authorised"), 2), (("settle", "K7MP-2QXW-9TRN", "--said", "fine"), 2),
        (("settle", "K7MP-2QXW-9TRN", "--said", "refused"), 6), (("settle", "K7MP", "--said", "refused"), 3),
        (("show", "K7MP-2QXW-9TRN"), 6), (("show", "K7MP-2QXW-9TRX"), 3), (("fee", "K7MP-2QXW-9TRN", "1.00"), 6),
        (("post", "--item", f"{TAX}:-1.00", "--item", f"{RENT}:-1.00", "--original", "K7MP2QXW9TRN_1"), 2),
        (("cheque", "--item", f"{RENT}:1.00", *CHEQUE[:1], "1", *CHEQUE[2:]), 3),
    ],
)  # fmt: skip
def test_what_cannot_be_has_its_exit_code_and_a_sentence(
    desk: Desk, words: tuple[str, ...], code: int
) -> None:
    assert desk.refused("payments", *words, code=code)


def test_who_may_not_is_told_what_is_needed(desk: Desk) -> None:
    desk.employ("watcher", "reporting")
    taken = desk.ask("payments", "take", "--item", f"{TAX}:1.00", "--channel", "counter")["payment"]
    for words in (
        ("take", "--item", f"{TAX}:1.00", "--channel", "counter"), ("settle", taken, "--said", "refused"),
        ("fee", taken, "1.00"), ("cheque", "--item", f"{TAX}:1.00", *CHEQUE), ("post", "--item", f"{TAX}:1.00"),
        ("cash", "--item", f"{TAX}:1.00", "--mop", "01"),
    ):  # fmt: skip
        assert "It needs payment." in desk.refused("payments", *words, by="watcher", code=7)
    assert desk.ask("payments", "show", taken, by="watcher")["state"] == "pending"


def test_people_read_sentences(desk: Desk) -> None:
    assert "No payment is pending." in desk.said("payments", "pending")
    took = desk.said(
        "payments", "take", "--item", f"{TAX}:120.00", "--channel", "counter", "--payer", "A Payer"
    )
    reference = took.split()[1]
    assert "of £120.00 is pending" in took
    assert "1 payment." in desk.said("payments", "pending")
    assert "is pending; £120.00 is due" in desk.said("payments", "settle", reference, "--said", "pending")
    settled = desk.said(
        "payments", "settle", reference, "--said", "authorised", "--paid", "120", "--provider-reference", "P9"
    )
    assert f"Payment {reference} is succeeded; nothing is due." in settled
    shown = desk.said("payments", "show", reference)
    for words in ("succeeded", "Payer: A Payer", "fund 23, account 612345674", "P9", "Receipt ", "(ann, "):
        assert words in shown
    assert "is recorded" in desk.said("payments", "cash", "--item", f"{RENT}:10.00", "--mop", "01")


@pytest.mark.parametrize("name", ["payments", "refunds", "transfers", "lines", "proposals", "reverse"])
def test_every_command_about_money_has_json_and_help(name: str) -> None:
    waiting: list[tuple[list[str], Any]] = [([name], ims.get_command(None, name))]  # type: ignore[arg-type]
    while waiting:
        words, command = waiting.pop()
        within = getattr(command, "commands", {})
        waiting += [([*words, called], each) for called, each in within.items()]
        assert within or any(parameter.name == "as_json" for parameter in command.params), words
        assert call(*words, "--help").exit_code == 0
