"""Marking on screen: which works wait, what came of each, comments that are used again, works that are alike."""
