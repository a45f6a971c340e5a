"""Reads what a prompt asks of an app: its fields, views, figures and reminders, in the person's own words."""
