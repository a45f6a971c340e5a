"""Memory's workflows: tidying a space, in its own time."""
