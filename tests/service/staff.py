"""Staff made for tests: somebody with just these permissions and funds, at work in a council."""

from __future__ import annotations

from collections.abc import Collection

from attrs import evolve

from localgov_ims.domain.people import Given
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.roles import FundGroup, Role
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.adding import add_user


def staff(
    installation: Installation, name: str = "clerk", *, permissions: Collection[Permission] = (),
    funds: Collection[str] = (), import_types: Collection[str] = (), expiry_days: int | None = None,
) -> Installation:  # fmt: skip
    """Add somebody with these permissions and funds, and return the council with them at work.

    The one who adds them must be the only one with people.authorise, as in a new council.
    """
    council = installation.council
    role, group = Role(name=f"of-{name}", permissions=frozenset(permissions)), f"of-{name}"
    house = evolve(
        installation,
        council=evolve(
            council,
            roles={**council.roles, role.name: role},
            fund_groups={**council.fund_groups, group: FundGroup(name=group, funds=frozenset(funds))},
        ),
    )
    given = Given(roles=(role.name,), fund_groups=(group,), import_types=tuple(import_types))
    assert not add_user(house, name=name, given=given, expiry_days=expiry_days).waiting
    return house.acting(name)
