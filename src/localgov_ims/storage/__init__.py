"""Where records live: SQLAlchemy Core tables, explicit rows, units of work, and the audit trail.

One module per subject holds its tables, how its records become rows and back, and its named queries. Records are
inserted and never changed: the database refuses an UPDATE or DELETE of them.
"""
