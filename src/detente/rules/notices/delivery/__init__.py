"""How far each notice has got at each recipient, by which steps, and how long that may take."""
