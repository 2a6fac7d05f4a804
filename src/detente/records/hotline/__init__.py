"""Bodies of the hotline: messages, calls, lines and their tests, steps of ladders, duress."""
