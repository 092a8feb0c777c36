"""Terraform's built-in functions over values that may be partly unknown.

https://developer.hashicorp.com/terraform/language/functions
"""

from __future__ import annotations

from ecsnet.terraform.functions.call import call
from ecsnet.terraform.functions.signature import FunctionContext
from ecsnet.terraform.functions.table import FUNCTIONS

__all__ = ["FUNCTIONS", "FunctionContext", "call"]
