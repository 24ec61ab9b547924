"""`ims users`: who may do what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import click
from attrs import asdict

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json, print_table
from localgov_ims.cli.people_shown import (
    asked_json,
    review_json,
    show_asked,
    show_review,
    show_user,
    user_json,
)
from localgov_ims.cli.restricting import lift, restrict, restrictions
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.people import Given
from localgov_ims.errors import InvalidValue
from localgov_ims.service.installation import Installation
from localgov_ims.service.people import adding as people
from localgov_ims.service.people.access_review import access_review, sign_access_review

_NAMES = {
    "roles": ("--role", "A role, such as cashier."),
    "fund_groups": ("--fund-group", "A fund group of the settings."),
    "methods": ("--method", "The code of a method of payment."),
    "import_types": ("--import-type", "A kind of import."),
    "ereturn_templates": ("--ereturn-template", "A template of eReturns."),
}


def _given_options(command: Callable[..., None]) -> Callable[..., None]:
    for field, (option, help_) in reversed(_NAMES.items()):
        add = click.option(option, field, multiple=True, metavar="NAME", help=f"{help_} Repeat for several.")
        command = add(command)
    return command


@click.group()
def users() -> None:
    """See and change who may do what."""


users.add_command(restrict)
users.add_command(lift)
users.add_command(restrictions)


@users.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List every user, and what waits for a second person."""
    installation = opened_council(context)
    found, waiting = people.users(installation), people.waiting_grants(installation)
    today = local_day(installation.clock())
    if as_json:
        print_json(
            {
                "users": [user_json(user, today) for user in found],
                "waiting": [
                    {
                        "grant": str(grant.id),
                        "user": user.name,
                        "asked_by": grant.asked_by,
                        "asked_at": grant.at.isoformat(),
                        "given": asdict(grant.given),
                    }
                    for user, grant in waiting
                ],
            }
        )
        return
    rows = [
        (
            user.name,
            user.display_name,
            ", ".join(user.given.roles) or "-",
            ", ".join(user.given.fund_groups) or "-",
            "disabled" if user.disabled else "locked" if user.locked(today) else "",
        )
        for user in found
    ]
    print_table("Users", ["name", "called", "roles", "fund groups", "state"], rows)
    for user, grant in waiting:
        click.echo(f"Waiting: {grant.asked_by} asked for {user.name}. `ims users decide {grant.id} --accept`")


@users.command()
@click.argument("name")
@json_option
@click.pass_context
def show(context: click.Context, name: str, *, as_json: bool) -> None:
    """Show the user NAME."""
    installation = opened_council(context)
    found, today = people.user(installation, name), local_day(installation.clock())
    if as_json:
        print_json(user_json(found, today))
    else:
        show_user(found, today)


@users.command()
@click.argument("name")
@click.option("--display-name", metavar="TEXT", help="What pages and receipts call them; default: NAME.")
@click.option("--office", metavar="CODE", help="The office at which they work.")
@click.option(
    "--expiry-days", type=click.IntRange(1), default=people.EXPIRY_DAYS, show_default=True,
    help="Days without signing in after which they are locked.",
)  # fmt: skip
@click.option("--never-expires", is_flag=True, help="Never lock them: for jobs and API clients.")
@_given_options
@json_option
@click.pass_context
def add(
    context: click.Context, /, name: str, display_name: str | None, office: str | None, expiry_days: int, *,
    never_expires: bool, as_json: bool, **given: tuple[str, ...],
) -> None:  # fmt: skip
    """Add the user NAME, and ask for their rights; somebody else with people.authorise gives them."""
    asked = people.add_user(
        opened_council(context), name=name, display_name=display_name, office=office,
        expiry_days=None if never_expires else expiry_days, given=Given(**given),
    )  # fmt: skip
    if as_json:
        print_json(asked_json(asked))
        return
    click.echo(f"{asked.user.name} is a user now.")
    show_asked(asked)


@users.command()
@click.argument("name")
@_given_options
@click.option("--take", multiple=True, metavar="NAME", help="Take this role, fund group ... away instead.")
@json_option
@click.pass_context
def grant(
    context: click.Context, /, name: str, take: tuple[str, ...], *, as_json: bool, **given: tuple[str, ...]
) -> None:
    """Ask for more rights for the user NAME; somebody else with people.authorise gives them. Take some away at once."""
    installation = opened_council(context)
    asked = people.propose_rights(installation, name=name, given=_changed(installation, name, given, take))
    if as_json:
        print_json(asked_json(asked))
    else:
        show_asked(asked)


@users.command()
@click.argument("grant_id", metavar="GRANT", type=click.UUID)
@click.option("--accept/--refuse", "accept", required=True, default=None, help="Give it, or do not.")
@click.option("--reason", default="", metavar="TEXT", help="Why, kept beside the decision.")
@json_option
@click.pass_context
def decide(context: click.Context, grant_id: UUID, reason: str, *, accept: bool, as_json: bool) -> None:
    """Give or refuse what somebody else asked for a third person; `ims users list` names each GRANT."""
    asked = people.decide_grant(opened_council(context), grant=grant_id, accept=accept, reason=reason)
    if as_json:
        print_json(asked_json(asked))
    else:
        show_asked(asked)


@users.command()
@click.argument("name")
@json_option
@click.pass_context
def disable(context: click.Context, name: str, *, as_json: bool) -> None:
    """Let the user NAME in no more."""
    installation = opened_council(context)
    found = people.disable_user(installation, name=name)
    if as_json:
        print_json(user_json(found, local_day(installation.clock())))
    else:
        click.echo(f"{found.name} is disabled.")


@users.command()
@click.argument("name")
@json_option
@click.pass_context
def enable(context: click.Context, name: str, *, as_json: bool) -> None:
    """Let the user NAME in again, disabled or locked, with the rights they had."""
    installation = opened_council(context)
    found = people.enable_user(installation, name=name)
    if as_json:
        print_json(user_json(found, local_day(installation.clock())))
    else:
        click.echo(f"{found.name} may come in again.")


@users.command()
@json_option
@click.pass_context
def review(context: click.Context, *, as_json: bool) -> None:
    """Show the access review: who may do what, who gave it, and what they used."""
    found = access_review(opened_council(context))
    if as_json:
        print_json(review_json(found))
    else:
        show_review(found)


@users.command("sign-review")
@click.argument("sha256", metavar="HASH")
@json_option
@click.pass_context
def sign_review(context: click.Context, sha256: str, *, as_json: bool) -> None:
    """Sign the access review that `ims users review` showed with HASH."""
    found = sign_access_review(opened_council(context), sha256=sha256)
    if as_json:
        print_json({"sha256": found.sha256, "users": len(found.users)})
    else:
        click.echo(f"The review of {counted(len(found.users), 'user')} is signed.")


def _changed(
    installation: Installation, name: str, added: dict[str, tuple[str, ...]], taken: Sequence[str]
) -> Given:
    """Return what a user is to have: what they have now, and more, less what is taken."""
    present = asdict(people.user(installation, name).given)
    for one in taken:
        if not any(one in names for names in present.values()):
            message = (
                f"{name} has no role, fund group or anything else named {one!r} that could be taken away."
            )
            raise InvalidValue("not_given", message, value=one)
    kept: dict[str, Any] = {
        field: [n for n in (*present[field], *added.get(field, ())) if n not in taken] for field in _NAMES
    }
    return Given(**kept)
