"""`detente export notices|entries|register`: notices as GeoJSON for a map, entries as JSON lines, a register for units to carry."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.evidence.bundle import free
from detente.cli.output import AsJson, answer, guarded, plain, progress
from detente.cli.session import Station, StationSession, at_station, basis_words, one_of
from detente.cli.times import moment
from detente.records.registry import REGISTRY
from detente.storage import private

if TYPE_CHECKING:
    from detente.api.basis import Basis
    from detente.api.notices import NoticeRow

File = Annotated[Path, typer.Argument(help="File to write; it must not exist. - is standard output.")]


def register(app: typer.Typer) -> None:
    """Add the verb and its forms."""
    group = typer.Typer(
        help="Write notices as GeoJSON, entries as JSON lines, or a register of protected places to carry.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("notices")(guarded(notices))
    group.command("entries")(guarded(entries))
    group.command("register")(guarded(register_of_places))
    app.add_typer(group, name="export")


def notices(file: File, station: Station = None, as_json: AsJson = False) -> None:
    """Write the live notices that we may read as GeoJSON: one feature for each volume. A drawing; it proves nothing."""
    from detente.api.notices import NoticesAsked

    with at_station(station) as session:
        _check(file)
        found = session.station.ask(NoticesAsked())
        with progress("drawing", as_json):
            features = [feature for notice in found.notices for feature in _features(notice)]
        about = {**_about(session, found.basis), "as_at": moment(found.basis.now_us)}
        _write(file, _one_a_line(features, about))
        unreadable = sum(n.form == "unreadable" for n in found.notices)
        words = (
            f"{file}: {len(features)} volume(s) of {len(found.notices)} live notice(s); {unreadable} not opened to us."
        )
        _done(
            file,
            {"features": len(features), "file": str(file), **_about(session, found.basis)},
            words,
            session,
            as_json,
        )


def entries(
    file: File,
    start: Annotated[int, typer.Option("--from-index", min=0, help="First index.")] = 0,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only this kind; repeat.")] = None,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Write every entry that we may read as one JSON object a line, as the ledger has them; the first line says where."""
    from detente.cli.entry_words import kind_of

    with at_station(station) as session:
        one_of("--kind", kind or [], REGISTRY.kinds(), "kind of entry")
        _check(file)
        lines = [json.dumps({"detente": _about(session, session.status)}, ensure_ascii=False, sort_keys=True)]
        with progress("reading", as_json) as told:
            for entry in session.entries(start, told):
                if not kind or kind_of(entry) in kind:
                    lines.append(json.dumps(plain(entry), ensure_ascii=False, sort_keys=True))
        _write(file, "\n".join(lines) + "\n")
        count = len(lines) - 1
        words = f"{file}: {count} entries."
        _done(file, {"entries": count, "file": str(file), **_about(session, session.status)}, words, session, as_json)


def register_of_places(file: File, station: Station = None, as_json: AsJson = False) -> None:
    """Write the protected sites and movements that we may read as one dated file, signed by the station, for `detente near`."""
    from detente.api.station import RegisterAsked
    from detente.cli.times import span
    from detente.rules.protection.register import read_register

    with at_station(station) as session:
        _check(file)
        data = session.station.ask(RegisterAsked())
        signed = read_register(data)
        held = signed.register
        if str(file) == "-":
            sys.stdout.write(data.decode())
            return
        private.write(file, data)
        about = {"as_of_us": held.as_of_us, "file": str(file), "key": signed.key, "places": len(held.places)}
        lines = [
            f"{file}: {len(held.places)} protected place(s) as of {moment(held.as_of_us)}; stale {span(held.stale_after_us)} after that.",
            f"Signed by the station of {held.party}. Give its key to the units by another way than the file: {signed.key}",
            basis_words(session.status),
        ]
        answer({**about, **_about(session, session.status)}, "\n".join(lines), as_json)


def _features(notice: NoticeRow) -> list[dict[str, object]]:
    import msgspec

    from detente.cli.entry_words import height_words
    from detente.cli.places.geojson import geometry_of
    from detente.geometry.volume import Circle, Corridor
    from detente.rules.notices.screening.coarse import volumes_of

    whole, coarse = notice.whole(), notice.cells()
    volumes = whole.volumes if whole is not None else volumes_of(coarse) if coarse is not None else ()
    found: list[dict[str, object]] = []
    for n, volume in enumerate(volumes):
        outline = volume.outline
        exact: dict[str, object] = {} if isinstance(outline, Circle) else {"edge": outline.edge}
        if isinstance(outline, Circle):
            centre = [outline.centre.lon_ndeg / 1e9, outline.centre.lat_ndeg / 1e9]
            exact = {"centre": centre, "radius_m": outline.radius_mm / 1000}
        if isinstance(outline, Corridor):
            exact["half_width_m"] = outline.half_width_mm / 1000
        heights = msgspec.to_builtins(volume)
        properties = {
            "activity": notice.activity,
            "altitude_lower": height_words(heights["altitude_lower"]),
            "altitude_upper": height_words(heights["altitude_upper"]),
            "author": notice.author,
            "end": moment(volume.end_us, exact=True),
            "error_m": volume.error_mm / 1000,
            "form": notice.form,
            "lapsed": notice.lapsed,
            "start": moment(volume.start_us, exact=True),
            "state": notice.state,
            "version": notice.version,
            "volume": n,
            "words": notice.words(),
            **exact,
        }
        found.append(
            {
                "type": "Feature",
                "id": f"{notice.version[:12]}/{n}",
                "geometry": geometry_of(outline),
                "properties": properties,
            }
        )
    return found


def _one_a_line(features: Sequence[Mapping[str, object]], about: Mapping[str, object]) -> str:
    """Write a collection with each feature on a line of its own, so that two exports can be compared."""
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return f'{{"type": "FeatureCollection", "detente": {json.dumps(about, ensure_ascii=False)}, "features": [\n{lines}\n]}}\n'


def _about(session: StationSession, basis: Basis) -> dict[str, object]:
    """Say whose view it is, of which ledger at which size, how old, and whether its times are real."""
    names = ("age_us", "fresh", "now_us", "size", "virtual")
    ledger = {"ledger": session.status.ledger, "origin": session.status.origin, "party": session.party}
    return {**ledger, **{name: getattr(basis, name) for name in names}}


def _check(file: Path) -> None:
    if str(file) != "-":
        free(file)


def _write(file: Path, text: str) -> None:
    if str(file) == "-":
        sys.stdout.write(text)
    else:
        private.write_text(file, text)


def _done(file: Path, value: object, words: str, session: StationSession, as_json: bool) -> None:
    if str(file) != "-":
        answer(value, f"{words}\n{basis_words(session.status)}", as_json)
