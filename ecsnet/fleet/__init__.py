"""Scans of thousands of repositories: each root is a task of Dask's, what is found is one Parquet data set."""
