"""The drift ledger: trained equals deployed, every stage from probabilities to other tools compared."""
