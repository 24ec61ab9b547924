"""The rows of income files: judged, allocated and placed, batch by batch."""
