"""Print the numbers of the house: `python -m tests.house.numbers`. For people; the bounds that must hold are tests beside this file.

They say how easy it is to find one's way: how many files a folder shows at once, how many meanings a word has, how much the type
checker is kept from seeing, how long a file or a function is read before it ends.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.house.source import PACKAGE, ROOT, trees
from tests.house.test_names import double

UNTYPED = ("cli", "scenario", "station")
"""The packages in which `Any` hides what a station answers."""


def folders(files: Iterable[Path]) -> Counter[Path]:
    """Return how many modules stand in each folder, its `__init__` among them."""
    return Counter(path.parent for path in files)


def untyped_lines(package: Path, names: Iterable[str]) -> dict[str, int]:
    """Return how many lines of some packages name `Any`, imports of it among them."""
    return {
        name: sum(
            len(re.findall(r"^.*\bAny\b", file.read_text("utf-8"), re.MULTILINE))
            for file in (package / name).rglob("*.py")
        )
        for name in names
    }


def functions(modules: Mapping[Path, ast.Module]) -> Iterator[tuple[int, str]]:
    """Yield each function's lines, from `def` to its last, and its name below the package."""
    for path, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1, f"{path.as_posix()}: {node.name}"


def written_tests(folder: Path) -> int:
    """Return how many test functions are written; one with parameters or generated cases runs more than once."""
    return sum(
        len(re.findall(r"^\s*(?:async )?def test_", file.read_text("utf-8"), re.M))
        for file in folder.rglob("test_*.py")
    )


def rows() -> Iterator[tuple[str, object, str]]:
    """Yield each number: what is counted, how many, and where the largest stands."""
    lengths = {path: len((PACKAGE / path).read_text("utf-8").splitlines()) for path in trees()}
    folder, most = folders(trees()).most_common(1)[0]
    longest = max(lengths, key=lengths.__getitem__)
    found = sorted(functions(trees()), reverse=True)
    untyped = untyped_lines(PACKAGE, UNTYPED)
    yield "modules of the package", len(lengths), f"{sum(lengths.values())} lines"
    yield "files in the largest folder", most, folder.as_posix()
    yield "class names for more than one class", len(double()), ""
    yield "lines with Any in cli, scenario, station", sum(untyped.values()), str(untyped).strip("{}").replace("'", "")
    yield "lines of the longest file", lengths[longest], longest.as_posix()
    yield "lines of the longest function", *found[0]
    yield "functions over 50 lines", sum(lines > 50 for lines, _ in found), f"of {len(found)}"
    yield "exceptions of the import contract", (ROOT / ".importlinter").read_text().count(" -> "), ""
    yield "test functions", written_tests(ROOT / "tests"), ""


def main() -> None:
    """Print a line for each number."""
    for what, number, where in rows():
        print(f"{number:>7}  {what}" + (f" ({where})" if where else ""))


if __name__ == "__main__":
    main()
