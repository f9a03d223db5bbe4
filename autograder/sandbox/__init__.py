"""What runs inside the wall, with the student's code: no test, reference or verdict is ever here."""
