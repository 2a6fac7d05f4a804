"""Controlled English, rendered from data and never parsed back."""
