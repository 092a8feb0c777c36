variable "container_definitions" {
  default  = {}
  nullable = false
}

# Of version 5, which also writes the attributes of a container with underscores.
variable "container_definition_defaults" {
  default = {}
}

# Not an input: the attribute of a container that says whether it logs to CloudWatch when the call says nothing else.
variable "cloudwatch_switch" {
  type    = string
  default = "create_cloudwatch_log_group"
}

locals {
  given = [
    for key, container in var.container_definitions : merge(
      { name = key }, var.container_definition_defaults, { for name, value in container : name => value if value != null }
    ) if try(coalesce(container.create, true), true)
  ]

  # What the network is read from.
  containers = [
    for container in local.given : {
      for name, value in {
        name         = container.name
        image        = try(container.image, null)
        portMappings = try([for port in try(container.portMappings, container.port_mappings) : { for key, number in port : key => number if number != null }], null)
        secrets      = try(container.secrets, null)
        logConfiguration = merge(
          { for key, driver in { logDriver = "awslogs" } : key => driver if lookup(container, var.cloudwatch_switch, true) },
          { for key, setting in try(container.logConfiguration, container.log_configuration, {}) : key => setting if setting != null }
        )
      } : name => value if value != null && (name != "logConfiguration" || try(length(value), 1) > 0)
    }
  ]
}
