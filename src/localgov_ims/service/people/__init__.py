"""People: who they are, what they may do, and which accounts they keep their hands off."""
