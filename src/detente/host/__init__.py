"""The host as a process: HTTP in and out around the pure `node.host`, one event loop, one committer thread."""
