"""Small machines of which a station is made; none of them knows the station."""
