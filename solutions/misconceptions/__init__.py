"""Known mistakes, one file per question; see autograder/misconceptions.py for their form."""
