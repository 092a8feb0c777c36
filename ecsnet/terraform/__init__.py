"""Terraform: from folders to resource instances. :func:`find_roots` finds root modules, :func:`load` evaluates one."""

from ecsnet.terraform.configuration import load
from ecsnet.terraform.folders import Files
from ecsnet.terraform.roots import find_roots

__all__ = ["Files", "find_roots", "load"]
