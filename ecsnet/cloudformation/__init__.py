"""CloudFormation: templates in YAML and JSON, evaluated without running or fetching anything."""

from ecsnet.cloudformation.document import looks_like_template
from ecsnet.cloudformation.linked import link, with_linked
from ecsnet.cloudformation.template import called_templates, declared_parameters, load

__all__ = ["called_templates", "declared_parameters", "link", "load", "looks_like_template", "with_linked"]
