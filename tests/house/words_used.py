"""Where the code takes words apart: the results of functions that make sentences, followed through the function that holds them.

A function makes words if it is called `sentence`, `sentences`, `words` or `..._words` (private ones too), wherever it stands; and every
function of a package `words` does, for the modules of such a package and for those that import it from there. A field `sentence` holds
words, too. They are followed through local names, loops, fields, f-strings, `+` and `join`, not into other functions.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

CUTS = frozenset(
    {
        "count",
        "endswith",
        "find",
        "index",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rindex",
        "rpartition",
        "rsplit",
        "split",
        "splitlines",
        "startswith",
        "translate",
    }
)
"""Methods of a text that take it apart, search it or rewrite it."""

KEEPS = frozenset({"capitalize", "format", "join", "lower", "ljust", "rjust", "strip", "lstrip", "rstrip", "upper"})
"""Methods whose result is still the words."""

MAKES_WORDS = re.compile(r"_?(sentences?|words)|\w+_(words|sentences?)")
PLAIN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)

Makers = Mapping[str, bool]
"""Names of the functions that make words, and whether their result is one text: of a list or of a struct a slice cuts no sentence."""


def makers(trees: Mapping[Path, ast.Module]) -> dict[str, bool]:
    """Every function of the package that makes words by its own name."""
    return _joined(node for tree in trees.values() for node in ast.walk(tree) if MAKES_WORDS.fullmatch(_name(node)))


def of_words(trees: Mapping[Path, ast.Module]) -> dict[str, bool]:
    """Every public function of the packages `words`."""
    bodies = (tree.body for path, tree in trees.items() if "words" in path.parts[:-1])
    return _joined(node for body in bodies for node in body if not _name(node).startswith("_"))


def _name(node: ast.AST) -> str:
    return node.name if isinstance(node, ast.FunctionDef) else ""


def _joined(nodes: Iterable[ast.AST]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            one = node.returns is not None and ast.unparse(node.returns) in {"str", "str | None"}
            found[node.name] = found.get(node.name, True) and one
    return found


def taken_apart(tree: ast.Module, known: Makers, of_words: Makers, inside: bool = False) -> Iterator[tuple[str, int]]:
    """Every place of a module that takes words apart: the function around it, and the line. `inside`: it is of a package `words`."""
    here = {**known, **(of_words if inside else {})}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            makes = {**known, **(of_words if "words" in (node.module or "").split(".") else {})}
            here |= {one.asname or one.name: makes[one.name] for one in node.names if one.name in makes}
    yield from _in(tree, "module", here)


def _in(scope: ast.AST, name: str, known: Makers) -> Iterator[tuple[str, int]]:
    """What is found in one function, class or module, and in those inside it."""
    followed = _Followed(known)
    parts = list(_own(scope))
    while followed.learn(parts):
        pass
    yield from ((name, part.lineno) for part in parts if isinstance(part, ast.expr) and followed.cuts(part))
    for part in parts:
        if isinstance(part, PLAIN):
            yield from _in(part, getattr(part, "name", name), known)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """The parts of a scope, but for what stands inside a function or class in it."""
    for part in ast.iter_child_nodes(scope):
        yield part
        if not isinstance(part, PLAIN):
            yield from _own(part)


class _Followed:
    """Which expressions of one scope are words: True for one text, False for something that holds texts."""

    def __init__(self, known: Makers) -> None:
        self._known = known
        self._names: dict[str, bool] = {}

    def learn(self, parts: list[ast.AST]) -> bool:
        """Follow words into local names; returns whether a name was new."""
        before = len(self._names)
        for part in parts:
            match part:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._is(name, self.kind(value))
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self._is(name, self.kind(value))
                case ast.NamedExpr(target=ast.Name(id=name), value=value):
                    self._is(name, self.kind(value))
                case (
                    ast.For(target=ast.Name(id=name), iter=many)
                    | ast.comprehension(target=ast.Name(id=name), iter=many)
                ):
                    self._is(name, True if self.kind(many) is False else None)
        return len(self._names) > before

    def _is(self, name: str, kind: bool | None) -> None:
        if kind is not None:
            self._names.setdefault(name, kind)

    def kind(self, part: ast.expr) -> bool | None:
        """Whether an expression is words; None: it is not."""
        match part:
            case ast.Name(id=name):
                return self._names.get(name)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in self._known:
                return self._known[name]
            case ast.Call(func=ast.Attribute(value=value, attr=name), args=args) if name in KEEPS:
                return True if any(self.kind(one) is not None for one in (value, *args)) else None
            case ast.Call(func=ast.Name(id="list" | "tuple" | "sorted"), args=[many, *_]):
                return self.kind(many)
            case ast.Attribute(attr="sentence"):
                return True
            case ast.Attribute(value=value):
                return True if self.kind(value) is False else None
            case ast.Subscript(value=value):
                return True if self.kind(value) is not None else None
            case ast.JoinedStr(values=values):
                inner = [one.value for one in values if isinstance(one, ast.FormattedValue)]
                return True if any(self.kind(one) for one in inner) else None
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._either(left, right)
            case ast.BoolOp(values=values):
                return self._either(*values)
            case ast.IfExp(body=body, orelse=orelse):
                return self._either(body, orelse)
            case ast.List(elts=elts) | ast.Tuple(elts=elts):
                inner = [one.value if isinstance(one, ast.Starred) else one for one in elts]
                return False if any(self.kind(one) is not None for one in inner) else None
            case ast.ListComp(elt=elt) | ast.GeneratorExp(elt=elt) | ast.SetComp(elt=elt):
                return False if self.kind(elt) is not None else None
            case _:
                return None

    def _either(self, *parts: ast.expr) -> bool | None:
        return next((kind for kind in map(self.kind, parts) if kind is not None), None)

    def cuts(self, part: ast.expr) -> bool:
        """Whether an expression takes words apart, searches or compares them. To compare with None asks whether there are any."""
        match part:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re")), args=args):
                return any(self.kind(one) for one in args)
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in CUTS:
                return self.kind(value) is True
            case ast.Subscript(value=value, slice=at):
                return self.kind(value) is True and isinstance(at, ast.Slice)
            case ast.Compare(left=left, ops=ops, comparators=others):
                compared = any(isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for op in ops)
                return compared and any(self.kind(one) is not None for one in (left, *others))
            case _:
                return False
