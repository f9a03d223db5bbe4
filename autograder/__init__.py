"""The machine: takes submissions in, judges them behind a wall, gives grades and feedback back."""
