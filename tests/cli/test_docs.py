"""The generated pages say what the code does."""

from __future__ import annotations

from pathlib import Path

from docs import generate

DOCS = Path(generate.__file__).parent


def test_the_page_of_verbs_is_current():
    """Run `make docs` after changing a verb."""
    assert (DOCS / "cli.md").read_text("utf-8") == generate.cli_page()


def test_the_page_of_error_codes_is_current():
    """Run `make docs` after giving a new code to a problem."""
    assert (DOCS / "errors.md").read_text("utf-8") == generate.errors_page()


def test_the_openapi_is_current():
    """Run `make docs` after changing a route of the host."""
    assert (DOCS / "openapi.json").read_text("utf-8") == generate.openapi_page()


def test_the_openapi_of_a_station_is_current():
    """Run `make docs` after changing a question or an answer of `api`."""
    assert (DOCS / "formats" / "station-openapi.json").read_text("utf-8") == generate.station_openapi_page()
