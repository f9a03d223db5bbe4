"""Who is who: by whatever a person or a table calls a student, and from one download to the next."""
