"""Published data on events, read as reports with their sources."""
