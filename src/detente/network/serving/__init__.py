"""What both ends of a connection need: the connection itself, and TLS with pinned keys."""
