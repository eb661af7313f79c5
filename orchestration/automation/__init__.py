"""What Dagster does by itself: mails after runs, and each donor's calendar. Thin, over plain functions."""
