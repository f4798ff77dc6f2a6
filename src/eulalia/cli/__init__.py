"""The command line: `eulalia --help` lists what it can do."""

from eulalia.cli.app import app, main

__all__ = ["app", "main"]
