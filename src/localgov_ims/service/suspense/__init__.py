"""Suspense: money nobody could place yet, found, aged, suggested, cleared and returned."""
