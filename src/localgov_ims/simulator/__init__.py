"""The model office: a council's weeks, with known truth."""
