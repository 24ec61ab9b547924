"""The access review: who may do what, who gave it, and whether they still use it; signed by its hash."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import cattrs
from attrs import field, frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.people import Decision, Given, Grant, Rights, User, key
from localgov_ims.domain.permissions import OVERRIDES, Permission
from localgov_ims.errors import RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.storage import people as stored
from localgov_ims.storage.people import Change
from localgov_ims.storage.schema import json_text

DORMANT_DAYS: Final = 90
"""Who neither signed in nor used a permission for more days than this is dormant."""


@frozen(kw_only=True)
class Giving:
    """The latest change of what a user has been given.

    Attributes:
        asked_by, given_by: The same where rights were only taken away, or nobody else could authorise.
        alone: Whether it was given by whoever asked, there being nobody else.
    """

    on: date
    asked_by: str
    given_by: str
    alone: bool


@frozen(kw_only=True)
class Use:
    """When a permission was last used, and how often, by units of work in the audit trail."""

    permission: str
    last_on: date
    count: int


@frozen(kw_only=True)
class UserReview:
    """What the review says of one user.

    Attributes:
        given: The roles and groups by name; `permissions` and `funds` are what they hold now (`*`: every fund).
        gone: Roles and fund groups that they were given and that the settings no longer have.
        overrides: Uses of permissions to do what a rule would refuse.
        dormant: Whether they were away, and used nothing, for more than 90 days.
    """

    name: str
    disabled: bool
    locked: bool
    dormant: bool
    expiry_days: int | None
    last_sign_in_on: date | None
    given: Given
    gone: tuple[str, ...]
    permissions: tuple[str, ...]
    funds: tuple[str, ...]
    giving: Giving
    uses: tuple[Use, ...] = field(default=())
    overrides: tuple[Use, ...] = field(default=())


@frozen(kw_only=True)
class Signature:
    """Who signed a review last, and of which hash."""

    number: int
    sha256: str
    by: str
    at: datetime


@frozen(kw_only=True)
class AccessReview:
    """Every user with their rights and the use they made of them, in days, as of the present.

    Attributes:
        waiting: Users for whom something is asked that nobody has decided.
        last_signed: The signature before this; not in the hash.
    """

    users: tuple[UserReview, ...]
    waiting: tuple[str, ...]
    last_signed: Signature | None = None

    @property
    def sha256(self) -> str:
        """The hex SHA-256 of the review as canonical JSON: what is signed."""
        return hashlib.sha256(json_text(self.as_json()).encode()).hexdigest()

    def as_json(self) -> dict[str, object]:
        """Return the review as values of JSON."""
        return {"users": _PLAIN.unstructure(self.users), "waiting": list(self.waiting)}


def access_review(installation: Installation) -> AccessReview:
    """Return the access review as of now.

    Raises:
        NotPermitted: Whoever asks has none of the permissions people.review and people.edit.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.PEOPLE_REVIEW, Permission.PEOPLE_EDIT)
        return _review(installation, connection)


def sign_access_review(installation: Installation, *, sha256: str) -> AccessReview:
    """Sign the review whose hash is *sha256*: the one that was looked at, not one that has changed since.

    Raises:
        NotPermitted: The permission people.review is missing.
        RuleViolation: The review is not the one of that hash any more (`review_changed`).
    """
    with installation.unit("sign_access_review") as unit:
        permit_unit(installation, unit, Permission.PEOPLE_REVIEW)
        unit.lock()
        review = _review(installation, unit.connection)
        if review.sha256 != sha256.strip().lower():
            message = f"The access review has changed since: it is {review.sha256} now. Look at it again (`ims users review`), and sign that."
            raise RuleViolation("review_changed", message, sha256=review.sha256)
        number = review.last_signed.number + 1 if review.last_signed is not None else 1
        stored.add_review(unit, number, review.sha256, installation.actor)
        unit.detail |= {"review": number, "sha256": review.sha256, "users": len(review.users)}
        unit.commit()
    return review


_PLAIN: Final = cattrs.Converter()
_PLAIN.register_unstructure_hook(date, date.isoformat)


def _review(installation: Installation, connection: Connection) -> AccessReview:
    today = local_day(installation.clock())
    used = _uses(stored.uses(connection))
    grants = {grant.id: grant for grant in stored.some_grants(connection)}
    decisions = {decision.grant: decision for decision in stored.some_decisions(connection)}
    givings = _givings(stored.changes(connection), grants, decisions)
    users = list(stored.some(connection))
    names = {user.id: (user.name, user.number) for user in users}
    waiting = {
        names[g.user][0] for g in grants.values() if g.id not in decisions and g.base == names[g.user][1]
    }
    signed = stored.last_review(connection)
    return AccessReview(
        users=tuple(
            _user(installation, user, givings[user.id], used[key(user.name)], today) for user in users
        ),
        waiting=tuple(sorted(waiting)),
        last_signed=Signature(number=signed[0], sha256=signed[1], by=signed[2], at=signed[3])
        if signed is not None
        else None,
    )


def _user(
    installation: Installation, user: User, giving: Giving, used: Mapping[str, Use], today: date
) -> UserReview:
    council = installation.council
    rights = Rights.of(user, council.roles, council.fund_groups)
    uses = tuple(use for _, use in sorted(used.items()))
    seen = max([user.last_seen_on(), *(use.last_on for use in uses)])
    login = user.last_login_at
    return UserReview(
        name=user.name, disabled=user.disabled, locked=user.locked(today),
        dormant=today - seen > timedelta(days=DORMANT_DAYS), expiry_days=user.expiry_days,
        last_sign_in_on=local_day(login) if login is not None else None, given=user.given,
        gone=tuple(
            name for names, there in (
                (user.given.roles, council.roles), (user.given.fund_groups, council.fund_groups),
            ) for name in names if name not in there
        ),
        permissions=tuple(sorted(permission.value for permission in rights.permissions)),
        funds=("*",) if rights.funds is None else tuple(sorted(rights.funds)),
        giving=giving, uses=uses,
        overrides=tuple(use for use in uses if use.permission in {p.value for p in OVERRIDES}),
    )  # fmt: skip


def _uses(rows: Iterable[tuple[str, str, int, datetime]]) -> defaultdict[str, dict[str, Use]]:
    """Return, by user and permission, how often and when last; an entry may have used several at once."""
    found: defaultdict[str, dict[str, Use]] = defaultdict(dict)
    for name, permissions, count, at in rows:
        for permission in permissions.split():
            before = found[key(name)].get(permission)
            found[key(name)][permission] = Use(
                permission=permission,
                last_on=max(local_day(at), before.last_on if before is not None else date.min),
                count=count + (before.count if before is not None else 0),
            )
    return found


def _givings(
    changes: Iterable[Change], grants: Mapping[UUID, Grant], decisions: Mapping[UUID, Decision]
) -> dict[UUID, Giving]:
    """Return by user the latest version that changed what they have been given."""
    found: dict[UUID, Giving] = {}
    before: dict[UUID, Given] = {}
    for change in changes:
        if before.get(change.user) != change.given:
            asked = grants[change.grant].asked_by if change.grant is not None else change.by
            alone = change.grant is not None and decisions[change.grant].alone
            on = local_day(change.at)
            found[change.user] = Giving(on=on, asked_by=asked, given_by=change.by, alone=alone)
        before[change.user] = change.given
    return found
