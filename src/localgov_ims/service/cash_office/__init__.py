"""The cash office: eReturns, tills and what is paid in."""
