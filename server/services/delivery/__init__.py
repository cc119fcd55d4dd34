"""Paper on its way: stops, registers of delivery, what was handed over, what came back and what is overdue."""
