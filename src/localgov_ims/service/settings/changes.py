"""Changes of the settings: who may put them in force, and that nobody makes their own rights wider by them."""

from __future__ import annotations

from collections.abc import Mapping

from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.roles import FundGroup, Role
from localgov_ims.errors import NotPermitted
from localgov_ims.service.council import Council


def permit_settings(
    rights: Rights, roles: Mapping[str, Role], groups: Mapping[str, FundGroup], after: Council, *,
    maintenance: bool = False,
) -> list[str]:  # fmt: skip
    """Return the roles and fund groups that new settings make wider, if whoever loads them may.

    *roles* and *groups* are those in force before, and *rights* those that follow from them. *maintenance* says that
    nothing but funds, VAT codes and fund messages changed, for which settings.maintain suffices.

    Raises:
        NotPermitted: The permission settings.edit is missing; or a role or fund group becomes wider and the
            permission people.authorise, or what is added, is not theirs (`cannot_grant`).
    """
    rights.require(Permission.SETTINGS_EDIT, *([Permission.SETTINGS_MAINTAIN] if maintenance else []))
    permissions = {
        name: role.permissions - (roles[name].permissions if name in roles else frozenset())
        for name, role in after.roles.items()
    }
    funds = {
        name: group.funds - (groups[name].funds if name in groups else frozenset())
        for name, group in after.fund_groups.items()
    }
    wider = [f"roles.{name}" for name, added in permissions.items() if added]
    wider += [f"fund_groups.{name}" for name, added in funds.items() if added]
    if not wider:
        return []
    rights.require(Permission.PEOPLE_AUTHORISE)
    lacking = {p.value for added in permissions.values() for p in added if not rights.has(p)}
    lacking |= {f"fund {code}" for added in funds.values() for code in added if not rights.sees(code)}
    if lacking:
        message = (
            f"The settings give what {rights.user.name} has not, by [{'], ['.join(wider)}]: {', '.join(sorted(lacking))}. "
            "Somebody who has it must load them first, by any command."
        )
        raise NotPermitted("cannot_grant", message, wider=wider)
    return wider
