"""What a station answers about reaching people: calls, ladders, stops and quiet words, and who is on watch."""
