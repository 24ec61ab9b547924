"""Records as bytes for people: receipts as text, page and PDF; tables as CSV, JSON and spreadsheets."""
