"""`provender openapi`: the description of a dialect. Floor: cli."""

from __future__ import annotations

import click

from provender.cli.console import HELP, examples
from provender.cli.options import Options


@examples(
    """
    provender openapi > openapi.json
    provender openapi --mount /lab > lab.json    # served below /lab
    """
)
@click.command(context_settings=HELP)
@click.option(
    "--dialect",
    "name",
    metavar="NAME",
    help="Name of the dialect; by default that of today's clients.",
)
@click.option(
    "--mount", default="", metavar="PATH", help="Path below which the interface is served."
)
@click.pass_obj
def openapi(options: Options, name: str | None, mount: str) -> None:
    """Print the OpenAPI 3.1 description of a dialect."""
    from provender.web.dialects import DIALECTS  # noqa: PLC0415 - the web floor is for this only
    from provender.web.openapi.document import written  # noqa: PLC0415 - the same
    from provender.web.openapi.served import Served  # noqa: PLC0415 - the same

    known = {dialect.name: dialect for dialect in DIALECTS}
    chosen = known.get(name or DIALECTS[0].name)
    if chosen is None:
        raise click.BadParameter(
            f"There is no dialect {name!r}. Known: {', '.join(known)}.", param_hint="--dialect"
        )
    settings = options.settings()
    served = Served(settings.limits, bool(settings.access.file), settings.profile_switching)
    document = written(chosen, served)
    click.echo(document.below(mount.rstrip("/")), nl=False)
