"""What may be asked of a station, and what it answers: a Struct for each question and each answer, one file for each subject.

There is no HTTP here, no file and no sentence of a terminal. The station answers these questions (`station/answers`), its
client asks them (`network/local.py`), and whoever reads an answer reads fields that a type checker knows.
"""
