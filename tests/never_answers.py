"""A reader that takes what it is asked and says nothing."""

import time

if __name__ == "__main__":
    time.sleep(60)
