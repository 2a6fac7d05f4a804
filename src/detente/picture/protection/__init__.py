"""Views of protected places and movements, and of units that have not confirmed."""
