"""How evaluation fails where Terraform would stop with an error."""


class EvaluationError(Exception):
    """Terraform rejects this expression: the message in its words. ``try`` and ``can`` catch it."""
