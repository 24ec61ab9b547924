"""The root command: options common to all, commands imported when called, errors as sentences and exit codes."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import (
    AdapterError,
    ConfigurationError,
    ImsError,
    InvalidValue,
    NotFound,
    NotPermitted,
    RuleViolation,
    StoreUnavailable,
)

REFUSED = 3
"""A file was refused, or a value cannot be what it should be."""

UNREACHABLE = 9
"""A file or folder could not be read or written."""

BROKEN_LAW = 5
"""A law does not hold, or the demonstration was wrong about something."""

EXIT_CODES: tuple[tuple[type[ImsError], int], ...] = (
    (InvalidValue, REFUSED),
    (RuleViolation, 4),
    (NotFound, 6),
    (NotPermitted, 7),
    (ConfigurationError, 8),
    (StoreUnavailable, 10),
    (AdapterError, 11),
)
"""The exit code of each branch of the tree of errors; 0 is success, 1 a bug of ours, 2 a wrong command line."""

COMMANDS = {
    "accounts": "accounts:accounts",
    "advices": "advices:advices",
    "audit": "auditing:audit",
    "breaks": "breaks:breaks",
    "collections": "collections:collections",
    "demo": "demo:demo",
    "deposits": "deposits:deposits",
    "ereturns": "ereturns:ereturns",
    "explain": "explaining:explain",
    "feeds": "feeds:feeds",
    "files": "files:files",
    "import": "importing:import_",
    "init": "init:init",
    "journals": "journals:journals",
    "layouts": "layouts:layouts",
    "ledgers": "ledgers:ledgers",
    "lines": "moving:lines",
    "match-rules": "match_rules:match_rules",
    "messages": "announcing:messages",
    "notes": "noting:notes",
    "payments": "at_provider:payments",
    "periods": "periods:periods",
    "personal": "personal:personal",
    "plugins": "plugins:plugins",
    "profiles": "profiles:profiles",
    "proposals": "moving:proposals",
    "read": "reading:read",
    "receipts": "receipts:receipts",
    "reconcile": "reconciling:reconcile",
    "references": "references:references",
    "refunds": "refunds:refunds",
    "report": "reports:report",
    "reverse": "moving:reverse",
    "rules": "rules:rules",
    "search": "searching:search",
    "settings": "settings:settings",
    "settlements": "settlements:settlements",
    "sign-off": "signing_off:sign_off",
    "stated": "stated:stated",
    "suggestions": "suggestions:suggestions",
    "suspense": "suspense:suspense",
    "tills": "tills:tills",
    "transfers": "moving:transfers",
    "unpaids": "unpaids:unpaids",
    "users": "people:users",
    "vat": "vat:vat",
    "verify": "verifying:verify",
    "write-offs": "writing_off:write_offs",
}


class _LazyGroup(click.Group):
    """Imports a command's module when the command is called: reading a file must not load a database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands without importing them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"localgov_ims.cli.{module}"), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what no file can be called and no text can hold; names of files may hold bytes that are no UTF-8."""
        for given in args:
            try:
                whole = b"\0" not in os.fsencode(given)
            except UnicodeEncodeError:
                whole = False
            if not whole:
                message = f"'{quoted(given)}' holds a character that nothing can be called by (a null, or half of one)."
                raise click.UsageError(message, ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - whatever the command returns
        """Run a command; an error of ours is a sentence on stderr and an exit code, never a traceback."""
        try:
            return super().invoke(ctx)
        except ImsError as error:
            click.secho(f"ims: {error.message}", err=True, fg="red")
            ctx.exit(next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1))
        except BrokenPipeError:
            raise  # whoever read our output has had enough; click ends quietly
        except OSError as error:
            click.secho(
                f"ims: {error}. Nothing was left half done; put it right and run the command again.",
                err=True,
                fg="red",
            )
            ctx.exit(UNREACHABLE)


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default="council.toml",
    envvar="IMS_CONFIG",
    show_default=True,
    show_envvar=True,
    help="The council's settings.",
)
@click.version_option(package_name="localgov-ims", prog_name="ims")
@click.pass_context
def ims(context: click.Context, config: Path) -> None:
    """Income management for councils: every penny matched, allocated and posted.

    Try `ims demo` first: it runs two weeks of an imaginary council through everything and proves the result.

    IMS_ACTOR names who is working in the audit trail (else the system's user), IMS_DATABASE_URL takes the place of
    the settings' database.
    """
    context.obj = config
