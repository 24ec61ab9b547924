"""People: users, what each has been given, and the rights that follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.roles import FundGroup, Role
from localgov_ims.errors import InvalidValue, NotPermitted

NAME_LENGTH: Final = 100
DISPLAY_NAME_LENGTH: Final = 150


def key(name: str) -> str:
    """Return the name by which a user is told from others: the case of letters does not count."""
    return name.strip().casefold()


def _sorted(names: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


@frozen(kw_only=True)
class Given:
    """What a user has been given, by name: each is sorted, and none means none, not every one."""

    roles: tuple[str, ...] = field(default=(), converter=_sorted)
    fund_groups: tuple[str, ...] = field(default=(), converter=_sorted)
    methods: tuple[str, ...] = field(default=(), converter=_sorted)
    import_types: tuple[str, ...] = field(default=(), converter=_sorted)
    ereturn_templates: tuple[str, ...] = field(default=(), converter=_sorted)

    def permissions(self, roles: Mapping[str, Role]) -> frozenset[Permission]:
        """Return the permissions of its roles; a role that is gone from the settings has none."""
        return frozenset(p for name in self.roles if name in roles for p in roles[name].permissions)

    def funds(self, groups: Mapping[str, FundGroup]) -> frozenset[str]:
        """Return the funds of its fund groups, by code; a group that is gone from the settings has none."""
        return frozenset(fund for name in self.fund_groups if name in groups for fund in groups[name].funds)


@frozen(kw_only=True)
class User:
    """Somebody who works with the system, a job, or an API client, as of their latest version.

    Attributes:
        name: Unique, whatever the case; at most 100 characters.
        expiry_days: Days without signing in after which the user is locked; none: never, for jobs.
        number: Of the version: 1 when added, one more with every change.
        created_at: When they were added (UTC), as `last_enabled_at` when they were last enabled again.

    Raises:
        InvalidValue: A name is empty, too long or not on one line, or the days are not above zero.
    """

    id: UUID
    name: str
    display_name: str
    office: str | None = None
    expiry_days: int | None
    disabled: bool = False
    given: Given
    number: int = 1
    created_at: datetime
    last_enabled_at: datetime | None = None
    last_login_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be."""
        for what, value, longest in (
            ("name", self.name, NAME_LENGTH),
            ("display name", self.display_name, DISPLAY_NAME_LENGTH),
        ):
            if not value or value != value.strip() or not value.isprintable() or len(value) > longest:
                message = f"A user's {what} is 1 to {longest} characters on one line, not {value!r}."
                raise InvalidValue("bad_user_name", message, value=value)
        if self.expiry_days is not None and self.expiry_days < 1:
            message = f"A user expires after at least 1 day, not {self.expiry_days}."
            raise InvalidValue("bad_expiry_days", message, value=self.expiry_days)

    def last_seen_on(self) -> date:
        """Return the London day from which the days to expiry count: last sign-in or enabling, else creation."""
        later = [moment for moment in (self.last_login_at, self.last_enabled_at) if moment is not None]
        return local_day(max(later, default=self.created_at))

    def locked(self, today: date) -> bool:
        """Tell whether the user has been away for more days than they may."""
        return self.expiry_days is not None and (today - self.last_seen_on()).days > self.expiry_days


@frozen(kw_only=True)
class Rights:
    """What a user may do now.

    Attributes:
        funds: Codes of the funds; none: every fund (`fund.all`).
        methods: Codes of the methods of payment; none: every one (`fund.all`).
        import_types: Codes of the import types whose files the user may send; none: every one (`fund.all`).
    """

    user: User
    permissions: frozenset[Permission]
    funds: frozenset[str] | None
    methods: frozenset[str] | None
    import_types: frozenset[str] | None = None

    @classmethod
    def of(cls, user: User, roles: Mapping[str, Role], groups: Mapping[str, FundGroup]) -> Rights:
        """Return the rights that follow from what a user has been given."""
        permissions = user.given.permissions(roles)
        every = Permission.FUND_ALL in permissions
        return cls(
            user=user, permissions=permissions,
            funds=None if every else user.given.funds(groups),
            methods=None if every else frozenset(user.given.methods),
            import_types=None if every else frozenset(user.given.import_types),
        )  # fmt: skip

    def has(self, permission: Permission) -> bool:
        """Tell whether the user has a permission."""
        return permission in self.permissions

    def sees(self, fund: str) -> bool:
        """Tell whether a fund, by its code, is the user's."""
        return self.funds is None or fund in self.funds

    def takes_by(self, method: str) -> bool:
        """Tell whether a method of payment, by its code, is the user's."""
        return self.methods is None or method in self.methods

    def sends(self, import_type: str) -> bool:
        """Tell whether files of an import type, by its code, are the user's to send."""
        return self.import_types is None or import_type in self.import_types

    def require(self, *permissions: Permission) -> None:
        """Refuse what needs a permission; of several, one is enough.

        Raises:
            NotPermitted: The user has none of them (`not_permitted`).
        """
        if self.permissions.isdisjoint(permissions):
            needed = " or ".join(f"{permission.value} ({permission.meaning})" for permission in permissions)
            message = (
                f"{self.user.name} is not permitted to do this. It needs {needed}. Somebody with people.edit may ask "
                f"for it (`ims users grant {self.user.name} --role ROLE`), and somebody else with people.authorise give it."
            )
            names = [permission.value for permission in permissions]
            raise NotPermitted("not_permitted", message, permission=names[0], user=self.user.name)

    def require_funds(self, codes: Collection[str]) -> None:
        """Refuse what touches a fund that is not the user's.

        Raises:
            NotPermitted: A fund is in none of the user's fund groups (`fund_not_permitted`).
        """
        others = sorted({code for code in codes if not self.sees(code)})
        if others:
            message = (
                f"{self.user.name} is not permitted to work with fund {', '.join(others)}. Somebody with people.edit may "
                f"ask for a fund group that has it (`ims users grant {self.user.name} --fund-group GROUP`), and somebody "
                "else with people.authorise give it."
            )
            raise NotPermitted("fund_not_permitted", message, funds=others, user=self.user.name)


@frozen(kw_only=True)
class Grant:
    """Rights that somebody asked for, waiting for a second person.

    Attributes:
        given: Everything that the user is to have then, not only what is new.
        base: The number of the user's version that it was asked on; a later one makes it stale.
    """

    id: UUID
    user: UUID
    given: Given
    base: int
    asked_by: str
    at: datetime


@frozen(kw_only=True)
class Decision:
    """What somebody decided about a Grant.

    Attributes:
        alone: Whether the one who asked gave it, there being nobody else with people.authorise.
    """

    grant: UUID
    accepted: bool
    alone: bool
    by: str
    at: datetime
    reason: str
