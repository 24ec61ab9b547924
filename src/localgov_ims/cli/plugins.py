"""`ims plugins`: what is installed, what is enabled, and what each offers."""

from __future__ import annotations

import click
from attrs import asdict

from localgov_ims.cli.output import json_option, print_json, print_table
from localgov_ims.hooks import registry


@click.group()
def plugins() -> None:
    """See the plugins."""


@plugins.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List installed plugins; with settings, which of them are enabled."""
    enabled = None
    if context.obj.exists():
        from localgov_ims.bootstrap.settings import load  # noqa: PLC0415 - only where there are settings

        enabled = load(context.obj)[1].plugins
    found = registry.load(enabled).plugins
    if as_json:
        print_json([asdict(plugin) for plugin in found])
        return
    rows = [
        (
            p.name,
            f"{p.distribution} {p.version}",
            "yes" if p.enabled else "no",
            ", ".join(p.offers),
            p.sha256[:16],
        )
        for p in found
    ]
    print_table("Plugins", ["name", "distribution", "enabled", "offers", "hash"], rows)
    if enabled is None:
        click.echo("Without settings every installed plugin counts as enabled.")
