"""What a station decides: `handle` takes one input, changes the state and returns effects.

`following` takes in what the host serves, `sending` puts own entries into the outbox, `peers` talks to other stations, `acting` does what
is due without an officer. `parts` are small machines that know no station.
"""
