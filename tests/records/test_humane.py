"""Safety and humanitarian use only: no record has anywhere to put a weapon, a munition or an aim-point."""

from __future__ import annotations

import re
import typing

import msgspec

from detente.records.registry import REGISTRY

FORBIDDEN = re.compile(
    r"aim|ammo|ammunition|armament|attack|bomb|calib|enem|fire|firing|guid|gun|hostil|kill|lethal|missile|muniti|"
    r"ordnance|payload|projectile|rocket|(?<!g)round|shell|shoot|sortie|strik|target|threat|victim|warhead|weapon|yield"
)


def structs_within(annotation: object, found: set[type]) -> None:
    """Collect every Struct that a field's type mentions."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        if annotation not in found:
            found.add(annotation)
            for hint in typing.get_type_hints(annotation).values():
                structs_within(hint, found)
        return
    for part in typing.get_args(annotation):
        structs_within(part, found)


def all_structs() -> set[type]:
    found: set[type] = set()
    for form in REGISTRY.forms():
        for body in (form.body, *(older for older, _ in form.older.values())):
            structs_within(body, found)
    return found


def choices_within(annotation: object) -> set[str]:
    """Collect the fixed words a field may hold."""
    if isinstance(annotation, type) and issubclass(annotation, str) and hasattr(annotation, "__members__"):
        return {member.value for member in annotation.__members__.values()}
    parts = typing.get_args(annotation)
    return {p for p in parts if isinstance(p, str)}.union(*(choices_within(p) for p in parts), set())


def test_the_walk_reaches_every_part_of_a_body():
    names = {struct.__name__ for struct in all_structs()}
    assert {"Notice", "Volume4D", "Circle", "Altitude", "StatedPlace", "Phrase", "Readback", "Within"} <= names
    assert len(names) > 30


def test_no_field_name_speaks_of_weapons_munitions_or_aim_points():
    fields = {f"{struct.__name__}.{field}" for struct in all_structs() for field in struct.__struct_fields__}  # type: ignore[attr-defined]
    assert [name for name in sorted(fields) if FORBIDDEN.search(name.partition(".")[2])] == []


def test_no_fixed_word_speaks_of_weapons_munitions_or_aim_points():
    words = {
        w for struct in all_structs() for hint in typing.get_type_hints(struct).values() for w in choices_within(hint)
    }
    assert {"air", "protected-site", "acknowledge", "contact-absent"} <= words
    assert [word for word in sorted(words) if FORBIDDEN.search(word)] == []


def test_the_search_finds_what_must_not_be():
    for name in ("aim_point", "weapon_class", "munitions", "target_id", "strike_package"):
        assert FORBIDDEN.search(name)


def test_bodies_hold_whole_numbers_only():
    """A float has several spellings and several values; a length in millimetres has one."""

    def floats(annotation: object) -> bool:
        return annotation is float or any(floats(part) for part in typing.get_args(annotation))

    found = [
        f"{struct.__name__}.{name}"
        for struct in all_structs()
        for name, hint in typing.get_type_hints(struct).items()
        if floats(hint)
    ]
    assert found == []
