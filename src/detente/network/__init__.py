"""What a station says over the wire: to its host (`client`, `stream`, `sync`) and to other stations (`peers`)."""
