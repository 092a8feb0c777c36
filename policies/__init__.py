"""The rules of ecsnet in Checkov, which loads the files of a folder only where this one is."""
