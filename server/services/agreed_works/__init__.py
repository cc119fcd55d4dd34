"""Tasks of the coming lessons, agreed between deputy and teachers: how each stands, what is odd, what was said."""
