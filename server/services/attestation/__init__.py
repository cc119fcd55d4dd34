"""Attestation: exams with their consultations and resits, the rules they keep, protocols, debts, papers."""
