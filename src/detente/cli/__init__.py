"""The command line: one module for each verb, in folders by subject. `app` gathers them; `output` prints answers and refusals."""

from detente.cli.app import main

__all__ = ["main"]
