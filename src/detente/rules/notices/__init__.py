"""What comes too close to what (`pairs`), who must be told and is, what a change touches, and how hidden presence answers."""
