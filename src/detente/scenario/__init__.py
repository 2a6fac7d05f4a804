"""Real cases as files, and the one player that runs them through the HTTP interfaces of real processes."""
