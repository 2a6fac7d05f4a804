"""What a station does by itself: ladders that climb, stops, hits, screenings, votes, revised verdicts."""
