"""What a station says over the wire: to its host (`client`, `following`), to other stations (`peers`), to its own officers (`local`)."""
