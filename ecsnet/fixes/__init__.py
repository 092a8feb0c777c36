"""From what would mend a finding to exact edits of the source, and from edits to files.

An edit is only given where the value that decides is written out at its place, for one resource and nothing else.
"""
