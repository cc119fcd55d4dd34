"""Questions to tick: asked by teachers, printed, read from what comes back, scored by their key, settled by people."""
