"""Terms of agreements as data, the small logic beneath them, and the monitor that says what follows from the entries one viewer holds."""
