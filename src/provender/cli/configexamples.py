"""`provender config examples`: the files to begin with, from the package. Floor: cli."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from provender.cli.console import HELP, examples, table
from provender.errors import ConfigurationError


@examples(
    """
    provender config examples                              lists them
    provender config examples config/nginx.conf            prints one
    provender config examples config/gunicorn.conf.py > gunicorn.conf.py
    provender config examples --to .                       writes all: the folders config and wsgi
    """
)
@click.command("examples", context_settings=HELP)
@click.argument("name", required=False)
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the files below this folder. No file is overwritten.",
)
def example_files(name: str | None, folder: Path | None) -> None:
    """Show the example files for gunicorn, systemd, nginx and Apache, and the sample configuration.

    NAME is a file of the list, and is printed, or a folder of it, for --to. The files are those of
    the folders config and wsgi of the sources.
    """
    chosen = _choose(name)
    if folder is not None:
        _write(chosen, folder)
    elif name is None:
        click.echo(table([(file, _purpose(text)) for file, text in chosen.items()], indent=""))
    elif name in chosen:
        click.echo(chosen[name], nl=False)
    else:
        click.echo("\n".join(chosen))


def _choose(name: str | None) -> dict[str, str]:
    """Return the contents of the example files of a name, by their paths; None: of all."""
    root = Path(str(resources.files("provender") / "examples"))
    files = {path.relative_to(root).as_posix(): path for path in _files(root)}
    chosen = {
        file: path.read_text(encoding="utf-8")
        for file, path in files.items()
        if name is None or file == name or file.startswith(f"{name.rstrip('/')}/")
    }
    if not chosen:
        raise ConfigurationError(
            f"There is no example {name}.", hint=f"There are: {', '.join(files)}."
        )
    return chosen


def _files(folder: Path) -> list[Path]:
    """Return the files below a folder, in order; in a checkout there are links to folders in it."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        found.extend(_files(path) if path.is_dir() else [path])
    return [path for path in found if "__pycache__" not in path.parts]


def _write(chosen: dict[str, str], folder: Path) -> None:
    """Write files below a folder: all, or none where one is there already."""
    there = [name for name in chosen if (folder / name).exists()]
    if there:
        raise ConfigurationError(
            f"{folder / there[0]} exists, and no file is overwritten.",
            hint="Name another folder, or move the file away.",
        )
    for name, text in chosen.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be written: {error.strerror}.") from error
        click.echo(path)


def _purpose(text: str) -> str:
    """Return the first sentence of a file."""
    return text.partition("\n")[0].strip('#" ').partition(". ")[0].rstrip(".") + "."
