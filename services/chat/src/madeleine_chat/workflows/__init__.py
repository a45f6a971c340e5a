"""The chat's workflows: reminders, each with a timer of its own."""
