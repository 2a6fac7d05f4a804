"""`python -m detente.cli` is `detente`."""

from detente.cli.app import main

main()
