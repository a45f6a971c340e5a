"""What the ports stand for: other services and live fan-out."""
