"""Requests that were recorded on the reference are sent ahead."""
