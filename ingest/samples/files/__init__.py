"""Writers of the kinds of file partners deliver, with the disorder they come in."""
