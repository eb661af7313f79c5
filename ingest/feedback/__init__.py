"""What is held back and why, in words: quarantine, findings, messages, return slips."""
