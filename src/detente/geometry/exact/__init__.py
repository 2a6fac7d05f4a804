"""How far apart the shapes of two volumes are, decided exactly or with a proven bound."""
