"""The protected sites and movements that one viewer knows of, as a register to carry (`rules.protection.register`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from detente.picture.notices.airspace import LiveNotice
from detente.rules.notices.delivery.recipients import PROTECTED
from detente.rules.protection.register import FORMAT, STALE_AFTER_US, Protected, Register, sorted_places

if TYPE_CHECKING:
    from detente.picture.picture import Picture


def register_of(
    picture: Picture,
    *,
    as_of_us: int,
    buffer_mm: int,
    ledger: str,
    made_us: int,
    origin: str,
    party: str,
    rules: Mapping[str, int],
    size: int,
) -> Register:
    """Return the register as this viewer has it. `buffer_mm` holds unless the ledger's rule "protected_buffer_mm" sets another."""
    buffer = rules.get("protected_buffer_mm", buffer_mm)
    live = list(picture.airspace.live())
    places = [place for notice in live for place in _places(notice, buffer)]
    return Register(
        as_of_us=as_of_us,
        format=FORMAT,
        ledger=ledger,
        made_us=made_us,
        origin=origin,
        party=party,
        places=sorted_places(places),
        size=size,
        stale_after_us=rules.get("register_stale_us", STALE_AFTER_US),
        unreadable=sum(notice.activity is None for notice in live),
        virtual=picture.virtual,
    )


def _places(live: LiveNotice, buffer_mm: int) -> Iterator[Protected]:
    if live.activity not in PROTECTED:
        return
    notice = live.notice()
    said = notice.place if notice is not None else None
    stated = () if said is None else (said.datum, said.grid, said.decimal, said.phrase.text if said.phrase else "")
    for volume in live.volumes():
        yield Protected(
            activity=live.activity.value,
            author=live.author,
            buffer_mm=buffer_mm,
            end_us=volume.end_us,
            error_mm=volume.error_mm,
            form=live.form,
            id=live.version,
            outline=volume.outline,
            recorded_us=live.received_at_us,
            start_us=volume.start_us,
            stated=tuple(text for text in stated if text),
            words=notice.words if notice is not None else "",
        )
