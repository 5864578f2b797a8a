"""From a study file to its cells: what it says, what that means, what it expands to."""
