"""What a release was made of, kept for good; and making it from that again: elsewhere, later, by the code of then."""
