"""Views of notices: what is live, what comes too close, whom it has reached, what waits, what has changed."""
