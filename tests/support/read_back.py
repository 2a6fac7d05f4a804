"""A volume read back without fault, as whoever listens would write it down."""

from __future__ import annotations

from detente.geometry.stated.read_back import VolumeSaid, said_aloud
from detente.geometry.stated.spoken import speak
from detente.geometry.volume import Volume4D


def figures_of(volume: Volume4D) -> VolumeSaid:
    """Return the figures of a volume as they are spoken and said again, on WGS 84."""
    return said_aloud(speak(volume))
