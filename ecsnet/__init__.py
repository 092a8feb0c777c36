"""Finds the network mistakes that break or expose Amazon ECS, in Terraform and CloudFormation."""

__version__ = "0.1.0"
