"""People for tests: users with roles and fund groups, without two persons having to agree on each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import evolve

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.people import Given, User
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.roles import FundGroup, Role
from localgov_ims.service.installation import Installation
from localgov_ims.storage import people


def with_user(
    installation: Installation, name: str, *permissions: Permission, funds: Iterable[str] = (), **given: Any
) -> Installation:
    """Add a user who has these permissions and funds, and return the council with them at work."""
    roles = {**installation.council.roles, name: Role(name=name, permissions=frozenset(permissions))}
    groups = {**installation.council.fund_groups, name: FundGroup(name=name, funds=frozenset(funds))}
    usual: dict[str, Any] = {
        "id": new_id(), "name": name, "display_name": name, "expiry_days": None,
        "given": Given(roles=(name,), fund_groups=(name,)), "created_at": installation.clock(),
    }  # fmt: skip
    with installation.store.unit("add_user", by="tester") as unit:
        user = User(**usual | given)
        people.add(unit, user, "tester")
        people.add_version(unit, user, "tester")
        unit.commit()
    council = evolve(installation.council, roles=roles, fund_groups=groups)
    return evolve(installation, council=council, actor=name)


def with_everything(installation: Installation, name: str = "officer") -> Installation:
    """Add a user who may do everything with every fund, and return the council with them at work."""
    return with_user(installation, name, *Permission)
