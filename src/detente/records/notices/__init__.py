"""Bodies about notices: the notice in its forms, its place and state, answers, screenings, changes, warnings."""
