"""A report as blocks, and the two ways to write it: Markdown, and one self-contained HTML page. The same words in both.

Pictures are SVG text: a link to a file beside it in Markdown, part of the page in HTML. Nothing on the page is fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import msgspec


class Heading(msgspec.Struct, frozen=True):
    """A section's title; level 1 is the report's own."""

    words: str
    level: int = 2


class Paragraph(msgspec.Struct, frozen=True):
    """A paragraph."""

    words: str


class Items(msgspec.Struct, frozen=True):
    """A list; `none` is said where it is empty: silence would be read as "nothing happened"."""

    items: tuple[str, ...]
    none: str


class Table(msgspec.Struct, frozen=True):
    """Rows under heads; a cell that is a whole number, or begins with a sign, is set to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Drawing(msgspec.Struct, frozen=True):
    """A drawing, the name of its file, and what it shows in words."""

    alt: str
    name: str
    svg: str


Block = Heading | Items | Drawing | Table | Paragraph

STYLE = """body{font:15px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0 0 .5rem}h2{font-size:1.1rem;margin:1.8rem 0 .4rem;border-bottom:1px solid #bbb;padding-bottom:.2rem}
table{border-collapse:collapse;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.2rem .7rem .2rem 0;border-bottom:1px solid #ddd}
td.n{text-align:right;font-variant-numeric:tabular-nums}caption{text-align:left}svg{max-width:100%;height:auto;display:block}
figure{margin:.8rem 0}figcaption{color:#555;font-size:.9rem}li{margin:.15rem 0}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}figure,tr{break-inside:avoid}}"""


def markdown(blocks: Sequence[Block]) -> str:
    """Return the report as Markdown (tables as GitHub has them)."""
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def html(title: str, blocks: Sequence[Block]) -> str:
    """Return the report as one page."""
    head = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    return (
        f"{head}<title>{escape(title)}</title><style>{STYLE}</style>\n"
        + "\n".join(_html(block) for block in blocks)
        + "\n"
    )


def pictures(blocks: Sequence[Block]) -> dict[str, str]:
    """Return the drawings by file name."""
    return {block.name: block.svg for block in blocks if isinstance(block, Drawing)}


def _markdown(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {block.words}"
        case Paragraph():
            return block.words
        case Items():
            return "\n".join(f"- {item}" for item in block.items) or block.none
        case Drawing():
            return f"![{block.alt}]({block.name})"
        case Table():
            rule = "|" + "|".join(" --: " if _is_number(column) else " --- " for column in _columns(block)) + "|"
            lines = [_row(block.head), rule, *(_row(row) for row in block.rows)]
            return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _html(block: Block) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{escape(block.words)}</h{block.level}>"
        case Paragraph():
            return f"<p>{escape(block.words)}</p>"
        case Items():
            items = "".join(f"<li>{escape(item)}" for item in block.items)
            return f"<ul>{items}</ul>" if items else f"<p>{escape(block.none)}</p>"
        case Drawing():
            return f"<figure>{block.svg}<figcaption>{escape(block.alt)}</figcaption></figure>"
        case Table():
            right = [_is_number(column) for column in _columns(block)]
            head = "".join(f"<th>{escape(cell)}" for cell in block.head)
            rows = "".join(
                "<tr>"
                + "".join(f"<td{' class=n' if r else ''}>{escape(cell)}" for cell, r in zip(row, right, strict=True))
                for row in block.rows
            )
            return f"<table><tr>{head}</tr>{rows}</table>"


def _columns(table: Table) -> list[tuple[str, ...]]:
    return [tuple(row[n] for row in table.rows) for n in range(len(table.head))]


def _is_number(column: Sequence[str]) -> bool:
    told = [cell for cell in column if cell not in ("", "-")]
    return bool(told) and all(cell.lstrip("+-−").isdigit() for cell in told)
