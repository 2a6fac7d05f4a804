"""Views of agreements: what each party says, what follows, meetings, permissions."""
