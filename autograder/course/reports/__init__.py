"""What people read of a whole class: the table, the report, copies."""
