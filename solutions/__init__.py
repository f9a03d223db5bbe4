"""For instructors only: the reference, model answers and known mistakes. None of it is handed out."""
