"""The ledger: codes, journals, exports, feeds, answers, periods and VAT."""
