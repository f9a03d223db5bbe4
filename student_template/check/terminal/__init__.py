"""The command `python check`: what it shows, watches and packs."""
