"""Allocation rules: written, tried, put in force, and what they did."""
