"""Protected places and humanitarian movements: registers, what is near, what holds a movement back, what is reported hit."""
