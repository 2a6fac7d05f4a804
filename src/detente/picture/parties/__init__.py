"""Views of parties: keys, officers, rosters, lines, and who is on watch."""
