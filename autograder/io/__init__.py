"""What every room uses: text, files, tables as CSV, the terminal."""
