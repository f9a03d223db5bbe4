"""Outside the wall: runs the tests on stand-ins for the student's functions and decides."""
