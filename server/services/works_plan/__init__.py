"""Plans of works that count: what stands in them, what a day collides with, who agreed, what families are shown."""
