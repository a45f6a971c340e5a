"""The training job: a process of its own, the only one here that loads torch."""
