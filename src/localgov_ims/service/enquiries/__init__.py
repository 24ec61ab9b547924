"""Looking: income, payments and refunds found and seen, within one's own funds."""
