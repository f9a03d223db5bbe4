"""For who changes the assignment: derives what is handed out, and shows whether the tests can be trusted."""
