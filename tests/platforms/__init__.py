"""A class as every platform hands its submissions over, built by code."""
