"""What the AI can do in its turn besides talking: one file for each tool, and the choice among them."""
