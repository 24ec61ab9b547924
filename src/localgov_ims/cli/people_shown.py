"""How users, what was asked for them, and the access review are shown."""

from __future__ import annotations

from datetime import date, datetime

import click
from attrs import asdict

from localgov_ims.cli.output import counted, print_table
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.people import User
from localgov_ims.service.people.access_review import AccessReview, UserReview
from localgov_ims.service.people.granting import Asked


def user_json(user: User, today: date) -> dict[str, object]:
    """Return a user as JSON."""
    return {
        "name": user.name,
        "display_name": user.display_name,
        "office": user.office,
        "expiry_days": user.expiry_days,
        "disabled": user.disabled,
        "locked": user.locked(today),
        **asdict(user.given),
        "created_at": user.created_at.isoformat(),
        "last_enabled_at": _iso(user.last_enabled_at),
        "last_login_at": _iso(user.last_login_at),
    }


def asked_json(asked: Asked) -> dict[str, object]:
    """Return what became of what was asked as JSON."""
    decision = asked.decision
    return {
        "user": asked.user.name,
        "given": asdict(asked.user.given),
        "grant": str(asked.grant.id) if asked.grant is not None else None,
        "waiting": asked.waiting,
        "accepted": decision.accepted if decision is not None else None,
        "alone": decision.alone if decision is not None else False,
    }


def review_json(review: AccessReview) -> dict[str, object]:
    """Return an access review as JSON, with its hash and who signed one last."""
    signed = review.last_signed
    last = {**asdict(signed), "at": signed.at.isoformat()} if signed is not None else None
    return {"sha256": review.sha256, **review.as_json(), "last_signed": last}


def show_user(user: User, today: date) -> None:
    """Print a user."""
    click.secho(f"{user.name} ({user.display_name})", bold=True)
    state = "disabled" if user.disabled else "locked" if user.locked(today) else "may come in"
    expiry = "never" if user.expiry_days is None else f"after {user.expiry_days} days"
    click.echo(f"  {state}; expires {expiry}; last seen on {user.last_seen_on():%d %B %Y}")
    for what, names in asdict(user.given).items():
        if names:
            click.echo(f"  {what.replace('_', ' ')}: {', '.join(names)}")


def show_asked(asked: Asked) -> None:
    """Print what became of what was asked for a user."""
    name = asked.user.name
    if asked.waiting and asked.grant is not None:
        click.echo(f"The rights of {name} wait for somebody else with people.authorise:")
        click.echo(f"  ims users decide {asked.grant.id} --accept")
    elif asked.decision is not None and not asked.decision.accepted:
        click.echo(f"Refused; {name} keeps the rights they had.")
    else:
        alone = " Nobody else could authorise it; the access review says so." if _alone(asked) else ""
        click.echo(f"{name} has now: {', '.join(_names(asked.user)) or 'nothing'}.{alone}")


def show_review(review: AccessReview) -> None:
    """Print an access review."""
    rows = [
        (
            user.name,
            ", ".join(user.given.roles) or "-",
            ", ".join(user.funds) or "-",
            f"{user.giving.given_by}, {_day(user.giving.on)}{' (alone)' if user.giving.alone else ''}",
            _day(user.last_sign_in_on),
            counted(len(user.permissions), "permission"),
            f"{len(user.uses)}",
            ", ".join(_remarks(user)),
        )
        for user in review.users
    ]
    headings = ["user", "roles", "funds", "given by", "last sign-in", "holds", "used ", "look at"]
    print_table("Access review", headings, rows)
    for user in review.users:
        for use in user.overrides:
            click.echo(
                f"Override: {user.name} used {use.permission} {use.count:,} times, last on {_day(use.last_on)}."
            )
    for name in review.waiting:
        click.echo(f"Waiting: something is asked for {name}. `ims users list`")
    signed = review.last_signed
    if signed is not None:
        click.echo(f"Last signed by {signed.by} on {signed.at.astimezone(LONDON):%d %b %Y}.")
    click.echo(f"To sign what you see here: ims users sign-review {review.sha256}")


def _remarks(user: UserReview) -> list[str]:
    said = {"disabled": user.disabled, "locked": user.locked, "dormant": user.dormant and not user.disabled}
    return [*(word for word, true in said.items() if true), *(f"{name} is gone" for name in user.gone)]


def _alone(asked: Asked) -> bool:
    return asked.decision is not None and asked.decision.alone


def _names(user: User) -> list[str]:
    return [name for names in asdict(user.given).values() for name in names]


def _day(day: date | None) -> str:
    return f"{day:%d %b %Y}" if day is not None else "never"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
