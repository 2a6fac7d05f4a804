"""What a host or a station decides about one input: `handle(state, arrived, now_us) -> (state, effects)`. Nothing happens here.

`host` and `station` know nothing of each other; what both need stands in `both`.
"""
