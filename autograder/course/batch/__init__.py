"""Many submissions: what has to be graded, what each result depends on, here or on a cluster."""
