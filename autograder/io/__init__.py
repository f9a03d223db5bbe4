"""What every folder uses: text, files, tables as CSV, the terminal."""
