"""Personal data: kept as long as it may be, shown to whom it is of, and removed."""
