"""No sequence of what people may do gives anybody a right that nobody with people.authorise gave them.

Every step is taken by somebody without all rights. What the house did is then judged by its records alone, and by who
could authorise just before.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.people import Given, key
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.roles import FundGroup, Role
from localgov_ims.errors import ImsError
from localgov_ims.service.installation import Installation
from localgov_ims.service.people import adding as people
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage import people as stored
from localgov_ims.storage.store import Store

P = Permission
ROLES = {
    "desk": {P.PEOPLE_EDIT, P.PAYMENT_TAKE},
    "desk-all": {P.PEOPLE_EDIT, P.PAYMENT_TAKE, P.REFUND_REQUEST, P.FUND_ALL},
    "boss": {P.PEOPLE_AUTHORISE, P.PAYMENT_TAKE, P.REFUND_REQUEST},
    "both": {P.PEOPLE_EDIT, P.PEOPLE_AUTHORISE, P.PAYMENT_TAKE, P.REFUND_REQUEST},
    "clerk": {P.PAYMENT_TAKE},
    "refunds": {P.REFUND_REQUEST},
    "never": {P.PERSON_ERASE},
}
NAMES = ("ann", "bob", "cat", "dan")
BEGIN = {"ann": ("desk-all",), "bob": ("both",), "cat": ("boss",), "dan": ("clerk",)}

names = st.sampled_from(NAMES)
rights = st.builds(
    Given,
    roles=st.lists(st.sampled_from(sorted(ROLES)), max_size=2).map(tuple),
    fund_groups=st.lists(st.sampled_from(["tax", "rents"]), max_size=1).map(tuple),
)
# Mostly those who may, for the others are only refused.
askers, deciders = (
    st.sampled_from((*NAMES, "ann", "bob", "bob")),
    st.sampled_from((*NAMES, "bob", "cat", "cat")),
)
steps = st.one_of(
    st.tuples(st.just("propose"), askers, names, rights),
    st.tuples(st.just("decide"), deciders, st.integers(0, 2), st.sampled_from([True, True, True, False])),
    st.tuples(st.just("decide"), deciders, st.integers(0, 2), st.just(value=True)),
    st.tuples(st.just("add"), askers, st.sampled_from(["eve", "fay"]), rights),
    st.tuples(st.just("disable"), askers, names, st.none()),
    st.tuples(st.just("enable"), askers, names, st.none()),
)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Give a council whose one administrator made four people and then left."""
    config = tmp_path_factory.mktemp("rights") / "council.toml"
    config.write_text(settings_text(), encoding="utf-8")
    opened = open_installation(config, by="tester", create=True)
    roles = {name: Role(name=name, permissions=frozenset(held)) for name, held in ROLES.items()}
    groups = {
        "tax": FundGroup(name="tax", funds=frozenset({"23"})),
        "rents": FundGroup(name="rents", funds=frozenset({"05"})),
    }
    council = evolve(opened.council, roles={**opened.council.roles, **roles}, fund_groups=groups)
    house = evolve(opened, council=council)
    # The two who may authorise come last: until then their adder is the only one, and then bob must decide too.
    for name in sorted(BEGIN, key=lambda name: bool({"both", "boss"} & set(BEGIN[name]))):
        asked = people.add_user(house, name=name, given=Given(roles=BEGIN[name], fund_groups=("tax",)))
        if asked.waiting:
            assert asked.grant is not None
            people.decide_grant(house.acting("bob"), grant=asked.grant.id, accept=True)
    people.disable_user(house.acting("ann"), name="tester")
    yield house
    opened.store.close()


def _able(house: Installation) -> set[str]:
    """Return who could authorise now: with the permission, and let in."""
    with house.store.reading() as connection:
        return {
            user.name for user in stored.some(connection)
            if P.PEOPLE_AUTHORISE in user.given.permissions(house.council.roles) and not user.disabled
        }  # fmt: skip


def _held(house: Installation) -> dict[str, frozenset[object]]:
    """Return what everybody has been given: permissions and funds."""
    council = house.council
    with house.store.reading() as connection:
        return {
            user.name: frozenset(
                {*user.given.permissions(council.roles), *user.given.funds(council.fund_groups)}
            )
            for user in stored.some(connection)
        }


def _step(house: Installation, kind: str, who: str, what: Any, more: Any) -> None:
    acting = house.acting(who)
    if kind == "propose":
        people.propose_rights(acting, name=what, given=more)
    elif kind == "add":
        people.add_user(acting, name=what, given=more)
    elif kind == "decide":
        with house.store.reading() as connection:
            asked: list[UUID] = [grant.id for grant in stored.some_grants(connection, stored.waiting())]
        if asked:
            people.decide_grant(acting, grant=asked[what % len(asked)], accept=more)
    elif kind == "disable":
        people.disable_user(acting, name=what)
    else:
        people.enable_user(acting, name=what)


def _judge(house: Installation, name: str, able: set[str], before: dict[str, frozenset[object]]) -> None:
    """Prove that who has more now was given it by somebody who could, and who had it."""
    with house.store.reading() as connection:
        user = stored.by_name(connection, name)
        assert user is not None
        change = [change for change in stored.changes(connection) if change.user == user.id][-1]
        grant = next(grant for grant in stored.some_grants(connection) if grant.id == change.grant)
        decision = next(d for d in stored.some_decisions(connection) if d.grant == grant.id)
    assert decision.accepted
    assert decision.by in able
    assert key(decision.by) != key(name)
    every = P.FUND_ALL in before[decision.by]
    more = _held(house)[name] - before.get(name, frozenset())
    assert {right for right in more if not (every and isinstance(right, str))} <= before[decision.by]
    if decision.alone:
        assert able == {decision.by}
    else:
        assert key(grant.asked_by) != key(decision.by)


@settings(max_examples=50)
@given(taken=st.lists(steps, min_size=4, max_size=20))
def test_nobody_has_a_right_that_nobody_with_peoples_authorise_gave(
    begun: Installation, tmp_path_factory: pytest.TempPathFactory, taken: list[tuple[str, str, Any, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("sequence")
    source = Path(str(begun.store.engine.url.database))
    begun.store.close()  # so that its file holds everything
    shutil.copy(source, folder / "ims.sqlite")
    house = evolve(begun, store=Store.open(f"sqlite:///{folder / 'ims.sqlite'}", begun.clock))
    try:
        for kind, who, what, more in taken:
            able, before = _able(house), _held(house)
            with suppress(ImsError):
                _step(house, kind, who, what, more)
            for name, rights_now in _held(house).items():
                if not rights_now <= before.get(name, frozenset()):
                    _judge(house, name, able, before)
            assert _able(house), "nobody could give rights any more"
            assert P.PERSON_ERASE not in set().union(
                *(held for n, held in _held(house).items() if n != "tester")
            )
    finally:
        house.store.close()
        shutil.rmtree(folder)
