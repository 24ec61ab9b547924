"""What people are sent and shown: receipts, messages, notes."""
