"""Great Expectations: suites, checking profiles by them, Data Docs. The only room that imports it, which takes seconds.

Import it inside the function that has something to check. What is measured, and the words of suites, are elsewhere.
"""
