"""What stands outside the three packages: the command, their faces, and who is in their way.

It imports none of them, so that it can speak where another package has taken the name of one.
"""
