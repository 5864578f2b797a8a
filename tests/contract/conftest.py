"""What is no test here: plug-ins that are tested where they will lie."""

collect_ignore = ["newcomers"]
