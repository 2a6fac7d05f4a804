"""Which kinds, versions and forms of body there are; how each is read, written, checked and brought up to date.

A body of a kind, version or form that this code does not know, or that breaks the rules of its record, is kept as `Unknown`: counted,
shown as not understood, and what depends on it says *incomplete*. `understand` is the one way from bytes to meaning for whoever folds or
shows. A body of an older version is read by that version's Struct and carried forward by its upcaster; entries are never rewritten.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from detente import errors, records
from detente.errors import UNREADABLE, Problem, Refused, problem, unreadable
from detente.ledger import canonical
from detente.records.body import Body
from detente.records.form import Form

MAX_BODY = 65_536
"""Bytes of one body at most: as many as one submission may have."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A body that was understood. `version` is the version it was written in; `body` is always the present one."""

    body: Body
    form: str
    kind: str
    version: int


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """A body that was not understood, and why; kept as it came.

    "body": the kind is known and these bytes are not of it. "rules": they are, and break its rules. In both cases `problems` says how,
    and the signature under them is evidence against their author. The other three may be a newer Detente's.
    """

    body: bytes
    form: str
    kind: str
    problems: tuple[Problem, ...] = ()
    why: Literal["body", "form", "kind", "rules", "version"]

    @property
    def faulty(self) -> bool:
        """Whether the author is at fault, and not this reader's age."""
        return self.why in ("body", "rules")


class Registry:
    """A set of forms. The product's is `REGISTRY`; tests make their own."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self._forms: dict[tuple[str, str], Form] = {(f.kind, f.form): f for f in forms}
        self._by_type = {f.body: f for f in self._forms.values()}
        self._kinds = {f.kind for f in self._forms.values()}
        self._decoders: dict[type[Body], msgspec.json.Decoder[Body]] = {}
        for form in self._forms.values():
            for body in (form.body, *(older for older, _ in form.older.values())):
                self._decoders[body] = msgspec.json.Decoder(body)

    def forms(self) -> tuple[Form, ...]:
        """Return every form, sorted by kind and form."""
        return tuple(self._forms[key] for key in sorted(self._forms))

    def kinds(self) -> frozenset[str]:
        """Return the names of every kind, without versions."""
        return frozenset(self._kinds)

    def read(self, kind: str, form: str, body: bytes, *, strict: bool = True) -> Record | Unknown:
        """Read one facet body of a header's kind ("notice/1") and a form ("full").

        `strict` is False only for bytes that were read strictly before (from one's own store).
        Raises Refused when the kind, version and form are known and the bytes are not a canonical body of it. Domain
        rules are `check`'s, not this function's.
        """
        name, _, version_text = kind.partition("/")
        known = self._forms.get((name, form))
        if known is None:
            return Unknown(body=body, form=form, kind=kind, why="form" if name in self._kinds else "kind")
        version = int(version_text) if version_text.isascii() and version_text.isdigit() else 0
        if version == known.version:
            return Record(body=self._decode(known.body, body, kind, strict), form=form, kind=name, version=version)
        if version not in known.older:
            return Unknown(body=body, form=form, kind=kind, why="version")
        value: Body = self._decode(known.older[version][0], body, kind, strict)
        for at in range(version, known.version):
            value = known.older[at][1](value)
        return Record(body=value, form=form, kind=name, version=version)

    def understand(self, kind: str, form: str, body: bytes, position: int, *, judged: bool = False) -> Record | Unknown:
        """Read one facet body and hold it against every rule of its record. Never raises, whatever the bytes.

        `judged` is True only for bytes that this function has passed before (from one's own store): then they are read, and not judged
        again.
        """
        try:
            if len(body) > MAX_BODY:
                return _unknown(kind, form, body, "rules", [_too_long(len(body))])
            record = self.read(kind, form, body, strict=not judged)
            if judged or isinstance(record, Unknown):
                return record
            faults = [*self.check(record.body), *self._misplaced(record.body, position)]
        except Refused as refused:
            return _unknown(kind, form, body, "body", refused.problems)
        except errors.SURVIVED as error:
            # A check that cannot bear a body is a fault of ours, and no reason to fold what it could not judge.
            return _unknown(kind, form, body, "rules", [_unbearable(error)])
        return _unknown(kind, form, body, "rules", faults) if faults else record

    def write(self, body: Body) -> tuple[str, str, bytes]:
        """Return kind with version, form and canonical bytes of a body, always in the present version."""
        known = self._by_type[type(body)]
        return f"{known.kind}/{known.version}", known.form, canonical.encode(body)

    def position(self, body: Body) -> int:
        """Return the facet position, 0 to 3, at which a body of this type always stands."""
        return self._by_type[type(body)].position

    def check(self, body: Body) -> tuple[Problem, ...]:
        """Return what is wrong with a body by the domain rules of its kind."""
        return self._by_type[type(body)].check(body)

    def _misplaced(self, body: Body, position: int) -> list[Problem]:
        known = self._by_type[type(body)]
        if known.position == position:
            return []
        rule = f"the form {known.form} of {known.kind} stands at facets[{known.position}], whatever else there is"
        return [problem("facet-position", "", position, rule, "Put it there and sign again")]

    def _decode(self, as_type: type[Body], data: bytes, kind: str, strict: bool) -> Body:
        if strict:
            return canonical.decode(data, as_type)
        try:
            return self._decoders[as_type].decode(data)
        except UNREADABLE as error:
            raise Refused(
                [
                    problem(
                        "body_shape",
                        "",
                        "",
                        f"{kind}: {unreadable(error)}",
                        "Read it strictly, to see where it is wrong.",
                    )
                ]
            ) from None


def _unknown(kind: str, form: str, body: bytes, why: Literal["body", "rules"], problems: Iterable[Problem]) -> Unknown:
    return Unknown(body=body, form=form, kind=kind, problems=tuple(problems), why=why)


def _too_long(size: int) -> Problem:
    return problem("body_long", "", f"{size} bytes", f"at most {MAX_BODY} bytes", "Split it into several entries.")


def _unbearable(error: Exception) -> Problem:
    rule = f"cannot be judged: {type(error).__name__}: {error}"
    return problem("body_unbearable", "", "", rule[:400], "Keep it; it is not taken in.")


def _forms() -> Iterator[Form]:
    """Yield the forms of every module below this folder that has any: a new kind is a new module, and nothing here."""
    for found in pkgutil.walk_packages(records.__path__, f"{records.__name__}."):
        if found.name != __name__:
            yield from getattr(importlib.import_module(found.name), "FORMS", ())


REGISTRY = Registry(sorted(_forms(), key=lambda form: (form.kind, form.form)))
"""Every kind and form that this version of Detente understands."""

read = REGISTRY.read
write = REGISTRY.write
check = REGISTRY.check
position = REGISTRY.position
