"""Who must hear, by which line, within what time; and what follows when nobody answers."""
