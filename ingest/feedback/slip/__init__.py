"""The return slip: a workbook for the partner with its own faulty rows, why, and what to do.

Nothing is imported here: the texts are needed where the writer is not. See `slip` for what to call.
"""
