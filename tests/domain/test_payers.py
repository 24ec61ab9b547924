"""Payers, cheques and payees: lengths at the limit and beyond, and what is never shown."""

from __future__ import annotations

import pytest

from localgov_ims.domain.payers import NOBODY, Card, Cheque, Payee, Payer, kept
from localgov_ims.errors import InvalidValue

LENGTHS = {
    "name": 50, "address_1": 50, "address_2": 50, "address_3": 50, "address_4": 50, "postcode": 10, "email": 255,
}  # fmt: skip
CHEQUE = {"sort_code": "112233", "account": "12345678", "number": "000123", "name": "A Drawer"}
PAYEE = {"name": "A Payee", "sort_code": "112233", "account": "12345678"}


@pytest.mark.parametrize(("name", "longest"), LENGTHS.items())
def test_what_is_known_of_a_payer_fits_or_is_refused_and_blank_is_nothing(name: str, longest: int) -> None:
    assert getattr(Payer(**{name: f" {'x' * longest} "}), name) == "x" * longest
    with pytest.raises(InvalidValue, match=f"has {longest + 1} characters; {longest} are allowed") as refused:
        Payer(**{name: "x" * (longest + 1)})
    assert (refused.value.code, refused.value.data["field"]) == ("text_too_long", name)
    assert Payer(**{name: "  "}) == NOBODY


def test_every_field_of_a_payer_has_a_limit() -> None:
    import attrs

    assert {each.name for each in attrs.fields(Payer)} == set(LENGTHS)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account", "1234567"), ("account", "123456789"), ("account", "12 345678"), ("sort_code", "11-22-33"),
        ("sort_code", "1122334"), ("number", "00123"), ("number", "0001234"), ("number", ""), ("name", ""),
        ("name", "x" * 51),
    ],
)  # fmt: skip
def test_a_cheque_has_8_digits_of_account_6_of_sort_code_6_of_number_and_a_name(
    field: str, value: str
) -> None:
    assert Cheque(**CHEQUE).number == "000123"
    with pytest.raises(InvalidValue) as refused:
        Cheque(**CHEQUE | {field: value})
    assert refused.value.data["field"] == field


@pytest.mark.parametrize(
    ("field", "value"), [("account", "1234567"), ("sort_code", "11-22-33"), ("name", ""), ("name", "x" * 51)]
)
def test_a_payee_is_checked_and_shown_by_two_digits_only(field: str, value: str) -> None:
    assert Payee(**PAYEE).masked == "A Payee, account ending 78"
    assert "123456" not in Payee(**PAYEE).masked
    with pytest.raises(InvalidValue) as refused:
        Payee(**PAYEE | {field: value})
    assert refused.value.data["field"] == field


def test_what_is_not_known_is_not_kept() -> None:
    assert kept(NOBODY) == {}
    assert kept(Payer(name="A Payer", postcode=" ")) == {"name": "A Payer"}
    assert kept(Card(last_four="1111", commercial=False)) == {"last_four": "1111", "commercial": False}
