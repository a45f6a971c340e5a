"""Crypto-shredding: payloads sealed by the data subject's key, so that destroying the key erases every copy."""
