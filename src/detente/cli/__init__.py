"""The command line: one module for each verb. `app` gathers them; `say` prints answers and refusals."""

from detente.cli.app import main

__all__ = ["main"]
