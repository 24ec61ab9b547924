"""Account holders and offices: lengths at the limit and beyond, what is blank, and when an account is closed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.builders import DAY

from localgov_ims.domain.holders import UNNAMED, AccountHolder, Person
from localgov_ims.domain.offices import Office
from localgov_ims.errors import InvalidValue

PERSON = {
    "title": 10, "forename": 50, "surname": 50, "address_1": 60, "address_2": 30, "address_3": 30, "address_4": 30,
    "postcode": 10,
}  # fmt: skip
OWN = {"record_type": 10, "user_field_1": 50, "user_field_2": 50, "user_field_3": 50}


def an_account(**given: object) -> AccountHolder:
    return AccountHolder(**{"fund": "23", "account_reference": "612345674"} | given)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "longest"), PERSON.items())
def test_what_is_known_of_a_person_fits_or_is_refused_and_blank_is_nothing(name: str, longest: int) -> None:
    assert getattr(Person(**{name: "x" * longest}), name) == "x" * longest
    with pytest.raises(InvalidValue, match=f"has {longest + 1} characters; {longest} are allowed") as refused:
        Person(**{name: "x" * (longest + 1)})
    assert refused.value.code == "text_too_long"
    assert Person(**{name: "  "}) == UNNAMED


@pytest.mark.parametrize(("name", "longest"), OWN.items())
def test_what_is_known_of_an_account_fits_or_is_refused_and_blank_is_nothing(name: str, longest: int) -> None:
    assert getattr(an_account(**{name: f" {'x' * longest} "}), name) == "x" * longest
    with pytest.raises(InvalidValue) as refused:
        an_account(**{name: "x" * (longest + 1)})
    assert refused.value.code == "text_too_long"
    assert getattr(an_account(**{name: ""}), name) is None


def test_a_reference_has_1_to_30_characters() -> None:
    assert an_account(account_reference="x" * 30).account_reference == "x" * 30
    for reference, code in (("x" * 31, "text_too_long"), ("", "text_missing"), ("a\0", "text_not_printable")):
        with pytest.raises(InvalidValue) as refused:
            an_account(account_reference=reference)
        assert refused.value.code == code


def test_an_account_is_closed_from_the_day_on_which_it_closes() -> None:
    closing = an_account(closed_on=DAY)
    assert [closing.closed(DAY + timedelta(days=days)) for days in (-1, 0, 1)] == [False, True, True]
    assert not an_account().closed(date.max)


def test_a_name_is_shown_as_people_write_it() -> None:
    assert Person(title="Dr", forename="Ann", surname="Jones").shown == "Dr Ann Jones"
    assert Person(surname="Jones").shown == "Jones"
    assert UNNAMED.shown == ""


def test_an_office_has_a_code_of_2_and_a_name_of_50() -> None:
    assert Office(code="01", name="x" * 50).code == "01"
    for given in ({"code": "012", "name": "Town Hall"}, {"code": "01", "name": "x" * 51}):
        with pytest.raises(InvalidValue, match="of a Office has") as refused:
            Office(**given)
        assert refused.value.code == "text_too_long"
