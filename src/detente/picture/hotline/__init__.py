"""Views of calls and stops, and whom the ladders may call."""
