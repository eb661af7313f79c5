"""Small cells: which values of a release are withheld, and the proof that nobody can work them out."""
