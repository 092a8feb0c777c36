variable "enabled" {
  type    = bool
  default = null
}

variable "context" {
  default = {}
}

variable "tags" {
  type    = map(string)
  default = {}
}

locals {
  enabled = var.enabled == null ? try(var.context.enabled == null ? true : var.context.enabled, true) : var.enabled
}

variable "namespace" {
  default = null
}

variable "tenant" {
  default = null
}

variable "environment" {
  default = null
}

variable "stage" {
  default = null
}

variable "name" {
  default = null
}

variable "delimiter" {
  default = null
}

variable "label_order" {
  default = null
}

variable "regex_replace_chars" {
  default = null
}

variable "id_length_limit" {
  default = null
}

variable "label_key_case" {
  default = null
}

variable "label_value_case" {
  default = null
}

variable "attributes" {
  type    = list(string)
  default = []
}

locals {
  given = {
    namespace           = var.namespace == null ? try(var.context.namespace, null) : var.namespace
    tenant              = var.tenant == null ? try(var.context.tenant, null) : var.tenant
    environment         = var.environment == null ? try(var.context.environment, null) : var.environment
    stage               = var.stage == null ? try(var.context.stage, null) : var.stage
    name                = var.name == null ? try(var.context.name, null) : var.name
    delimiter           = var.delimiter == null ? try(var.context.delimiter, null) : var.delimiter
    label_order         = var.label_order == null ? try(var.context.label_order, null) : var.label_order
    regex_replace_chars = var.regex_replace_chars == null ? try(var.context.regex_replace_chars, null) : var.regex_replace_chars
    id_length_limit     = var.id_length_limit == null ? try(var.context.id_length_limit, null) : var.id_length_limit
    label_key_case      = var.label_key_case == null ? try(var.context.label_key_case, null) : var.label_key_case
    label_value_case    = var.label_value_case == null ? try(var.context.label_value_case, null) : var.label_value_case
  }
  attributes = compact(distinct(concat(try(var.context.attributes == null ? [] : var.context.attributes, []), var.attributes)))
  tags       = merge(try(var.context.tags == null ? {} : var.context.tags, {}), var.tags)
}

module "undescribed" {
  source = "undescribed: how ids and tags are put together"
}

output "enabled" {
  value = local.enabled
}

output "id" {
  value = module.undescribed.id
}

output "id_full" {
  value = module.undescribed.id
}

output "tags" {
  value = merge(local.tags, module.undescribed.tags)
}

output "attributes" {
  value = local.attributes
}

output "context" {
  value = merge(local.given, { enabled = local.enabled, attributes = local.attributes, tags = local.tags })
}
