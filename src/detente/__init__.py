"""Detente: keeps parties who do not trust each other out of each other's way, and proves afterwards who told whom what."""

__version__ = "0.1.0"
