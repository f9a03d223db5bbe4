"""A course: many students, their uploads, results, marks, grades and reports."""
