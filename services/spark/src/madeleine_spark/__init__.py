"""Daily Spark."""
