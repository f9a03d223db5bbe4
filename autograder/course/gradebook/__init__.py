"""The journal of all grading: one committed row per finished submission, and the marks given by hand.

Results, origins and marks are only ever added. The latest result of a student counts, unless the student
is forgotten; earlier ones can be shown. Written over is only what helps to work: drafts of a dry run, and
what marking sheets showed. What differs from run to run (times, the path of the submissions) is kept here
and in no report.
"""
