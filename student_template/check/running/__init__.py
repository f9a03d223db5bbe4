"""Public cases on a student's file, in processes of their own."""
