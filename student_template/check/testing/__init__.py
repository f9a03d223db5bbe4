"""What tests are written with: cases, comparisons, assertions, recorded calls, counted operations, data."""
