"""The grader's own errors. Each text is a sentence for the person at the keyboard."""


class GraderError(Exception):
    """Something that stops a command; the text says what was tried, what came and what to do."""


class AssignmentError(GraderError):
    """assignment.yml, or a file it names, is not as it must be."""
