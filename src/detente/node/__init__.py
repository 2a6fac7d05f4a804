"""What a host or a station decides about one input: `handle(state, given, now_us) -> (state, effects)`. Nothing happens here."""
