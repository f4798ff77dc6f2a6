"""`eulalia translate serve`: a server for Amazon Translate's own clients."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from eulalia.cli import translate_options as options


def serve(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes any free one.")] = 8042,
    host: Annotated[
        str, typer.Option(help="The address to listen at; 0.0.0.0 for all computers.")
    ] = "127.0.0.1",
    keys: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="TOML of access keys, made if it is not there; keys.toml in --folder by default.",
        ),
    ] = None,
    workers: options.Workers = 1,
    method: options.Method = None,
    model: options.Models = None,
    folder: options.Folder = options.DEFAULT_FOLDER,
    buckets: options.BucketsAt = None,
) -> None:
    """Serve Amazon Translate's protocol, and work on the jobs of a folder."""
    from eulalia.errors import EulaliaError
    from eulalia.translation.jobs import Setup

    try:
        from eulalia.serving.amazon_translate import open_access
        from eulalia.serving.amazon_translate.running import run
    except ImportError as error:
        raise EulaliaError(
            f"{error.name} is missing; pip install 'eulalia[serve,translate]' installs it."
        ) from error
    folder = folder.expanduser().absolute()
    path = keys or folder / "keys.toml"
    access = open_access(path)
    engines = options.engines(model, method)
    setup = Setup(folder, options.open_buckets(folder, buckets), engines)
    pairs = ", ".join(f"{source} to {target}" for source, target in sorted(engines.pairs()))

    def tell(port: int) -> None:
        place = f"[{host}]" if ":" in host else host
        print(f"Listening at http://{place}:{port}; keys are in {path}.", flush=True)
        if not pairs:
            print("eulalia: There are no models; name them by --model.", file=sys.stderr)
        else:
            print(f"It translates from {pairs}.", flush=True)

    run(setup, access, host=host, port=port, workers=workers, listening=tell)
