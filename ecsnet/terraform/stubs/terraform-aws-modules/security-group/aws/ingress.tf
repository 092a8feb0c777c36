# at: ingress_rules
resource "aws_security_group_rule" "ingress_rules" {
  count = var.create ? length(var.ingress_rules) : 0

  security_group_id = local.group
  type              = "ingress"
  cidr_blocks       = var.ingress_cidr_blocks
  ipv6_cidr_blocks  = var.ingress_ipv6_cidr_blocks
  prefix_list_ids   = var.ingress_prefix_list_ids
  from_port         = var.rules[var.ingress_rules[count.index]][0] # at: ingress_rules
  to_port           = var.rules[var.ingress_rules[count.index]][1] # at: ingress_rules
  protocol          = var.rules[var.ingress_rules[count.index]][2] # at: ingress_rules
}

# at: ingress_with_cidr_blocks
resource "aws_security_group_rule" "ingress_with_cidr_blocks" {
  count = var.create ? length(var.ingress_with_cidr_blocks) : 0

  security_group_id = local.group
  type              = "ingress"
  cidr_blocks       = compact(split(",", lookup(var.ingress_with_cidr_blocks[count.index], "cidr_blocks", join(",", var.ingress_cidr_blocks))))
  prefix_list_ids   = var.prefix_lists_with_cidr_blocks ? var.ingress_prefix_list_ids : null
  from_port         = lookup(var.ingress_with_cidr_blocks[count.index], "from_port", var.rules[lookup(var.ingress_with_cidr_blocks[count.index], "rule", "_")][0]) # at: ingress_with_cidr_blocks
  to_port           = lookup(var.ingress_with_cidr_blocks[count.index], "to_port", var.rules[lookup(var.ingress_with_cidr_blocks[count.index], "rule", "_")][1])   # at: ingress_with_cidr_blocks
  protocol          = lookup(var.ingress_with_cidr_blocks[count.index], "protocol", var.rules[lookup(var.ingress_with_cidr_blocks[count.index], "rule", "_")][2])  # at: ingress_with_cidr_blocks
}

# at: ingress_with_ipv6_cidr_blocks
resource "aws_security_group_rule" "ingress_with_ipv6_cidr_blocks" {
  count = var.create ? length(var.ingress_with_ipv6_cidr_blocks) : 0

  security_group_id = local.group
  type              = "ingress"
  ipv6_cidr_blocks  = compact(split(",", lookup(var.ingress_with_ipv6_cidr_blocks[count.index], "ipv6_cidr_blocks", join(",", var.ingress_ipv6_cidr_blocks))))
  prefix_list_ids   = var.ingress_prefix_list_ids
  from_port         = lookup(var.ingress_with_ipv6_cidr_blocks[count.index], "from_port", var.rules[lookup(var.ingress_with_ipv6_cidr_blocks[count.index], "rule", "_")][0]) # at: ingress_with_ipv6_cidr_blocks
  to_port           = lookup(var.ingress_with_ipv6_cidr_blocks[count.index], "to_port", var.rules[lookup(var.ingress_with_ipv6_cidr_blocks[count.index], "rule", "_")][1])   # at: ingress_with_ipv6_cidr_blocks
  protocol          = lookup(var.ingress_with_ipv6_cidr_blocks[count.index], "protocol", var.rules[lookup(var.ingress_with_ipv6_cidr_blocks[count.index], "rule", "_")][2])  # at: ingress_with_ipv6_cidr_blocks
}

# at: ingress_with_source_security_group_id
resource "aws_security_group_rule" "ingress_with_source_security_group_id" {
  count = var.create ? length(var.ingress_with_source_security_group_id) : 0

  security_group_id        = local.group
  type                     = "ingress"
  source_security_group_id = var.ingress_with_source_security_group_id[count.index]["source_security_group_id"]
  prefix_list_ids          = var.ingress_prefix_list_ids
  from_port                = lookup(var.ingress_with_source_security_group_id[count.index], "from_port", var.rules[lookup(var.ingress_with_source_security_group_id[count.index], "rule", "_")][0]) # at: ingress_with_source_security_group_id
  to_port                  = lookup(var.ingress_with_source_security_group_id[count.index], "to_port", var.rules[lookup(var.ingress_with_source_security_group_id[count.index], "rule", "_")][1])   # at: ingress_with_source_security_group_id
  protocol                 = lookup(var.ingress_with_source_security_group_id[count.index], "protocol", var.rules[lookup(var.ingress_with_source_security_group_id[count.index], "rule", "_")][2])  # at: ingress_with_source_security_group_id
}

# at: ingress_with_self
resource "aws_security_group_rule" "ingress_with_self" {
  count = var.create ? length(var.ingress_with_self) : 0

  security_group_id = local.group
  type              = "ingress"
  self              = lookup(var.ingress_with_self[count.index], "self", true)
  prefix_list_ids   = var.ingress_prefix_list_ids
  from_port         = lookup(var.ingress_with_self[count.index], "from_port", var.rules[lookup(var.ingress_with_self[count.index], "rule", "_")][0]) # at: ingress_with_self
  to_port           = lookup(var.ingress_with_self[count.index], "to_port", var.rules[lookup(var.ingress_with_self[count.index], "rule", "_")][1])   # at: ingress_with_self
  protocol          = lookup(var.ingress_with_self[count.index], "protocol", var.rules[lookup(var.ingress_with_self[count.index], "rule", "_")][2])  # at: ingress_with_self
}

# at: ingress_with_prefix_list_ids
resource "aws_security_group_rule" "ingress_with_prefix_list_ids" {
  count = var.create ? length(var.ingress_with_prefix_list_ids) : 0

  security_group_id = local.group
  type              = "ingress"
  prefix_list_ids   = compact(split(",", lookup(var.ingress_with_prefix_list_ids[count.index], "prefix_list_ids", join(",", var.ingress_prefix_list_ids))))
  from_port         = lookup(var.ingress_with_prefix_list_ids[count.index], "from_port", var.rules[lookup(var.ingress_with_prefix_list_ids[count.index], "rule", "_")][0]) # at: ingress_with_prefix_list_ids
  to_port           = lookup(var.ingress_with_prefix_list_ids[count.index], "to_port", var.rules[lookup(var.ingress_with_prefix_list_ids[count.index], "rule", "_")][1])   # at: ingress_with_prefix_list_ids
  protocol          = lookup(var.ingress_with_prefix_list_ids[count.index], "protocol", var.rules[lookup(var.ingress_with_prefix_list_ids[count.index], "rule", "_")][2])  # at: ingress_with_prefix_list_ids
}

# at: computed_ingress_rules
resource "aws_security_group_rule" "computed_ingress_rules" {
  count = var.create ? var.number_of_computed_ingress_rules : 0

  security_group_id = local.group
  type              = "ingress"
  cidr_blocks       = var.ingress_cidr_blocks
  ipv6_cidr_blocks  = var.ingress_ipv6_cidr_blocks
  prefix_list_ids   = var.ingress_prefix_list_ids
  from_port         = var.rules[var.computed_ingress_rules[count.index]][0] # at: computed_ingress_rules
  to_port           = var.rules[var.computed_ingress_rules[count.index]][1] # at: computed_ingress_rules
  protocol          = var.rules[var.computed_ingress_rules[count.index]][2] # at: computed_ingress_rules
}

# at: computed_ingress_with_cidr_blocks
resource "aws_security_group_rule" "computed_ingress_with_cidr_blocks" {
  count = var.create ? var.number_of_computed_ingress_with_cidr_blocks : 0

  security_group_id = local.group
  type              = "ingress"
  cidr_blocks       = compact(split(",", lookup(var.computed_ingress_with_cidr_blocks[count.index], "cidr_blocks", join(",", var.ingress_cidr_blocks))))
  prefix_list_ids   = var.prefix_lists_with_cidr_blocks ? var.ingress_prefix_list_ids : null
  from_port         = lookup(var.computed_ingress_with_cidr_blocks[count.index], "from_port", var.rules[lookup(var.computed_ingress_with_cidr_blocks[count.index], "rule", "_")][0]) # at: computed_ingress_with_cidr_blocks
  to_port           = lookup(var.computed_ingress_with_cidr_blocks[count.index], "to_port", var.rules[lookup(var.computed_ingress_with_cidr_blocks[count.index], "rule", "_")][1])   # at: computed_ingress_with_cidr_blocks
  protocol          = lookup(var.computed_ingress_with_cidr_blocks[count.index], "protocol", var.rules[lookup(var.computed_ingress_with_cidr_blocks[count.index], "rule", "_")][2])  # at: computed_ingress_with_cidr_blocks
}

# at: computed_ingress_with_ipv6_cidr_blocks
resource "aws_security_group_rule" "computed_ingress_with_ipv6_cidr_blocks" {
  count = var.create ? var.number_of_computed_ingress_with_ipv6_cidr_blocks : 0

  security_group_id = local.group
  type              = "ingress"
  ipv6_cidr_blocks  = compact(split(",", lookup(var.computed_ingress_with_ipv6_cidr_blocks[count.index], "ipv6_cidr_blocks", join(",", var.ingress_ipv6_cidr_blocks))))
  prefix_list_ids   = var.ingress_prefix_list_ids
  from_port         = lookup(var.computed_ingress_with_ipv6_cidr_blocks[count.index], "from_port", var.rules[lookup(var.computed_ingress_with_ipv6_cidr_blocks[count.index], "rule", "_")][0]) # at: computed_ingress_with_ipv6_cidr_blocks
  to_port           = lookup(var.computed_ingress_with_ipv6_cidr_blocks[count.index], "to_port", var.rules[lookup(var.computed_ingress_with_ipv6_cidr_blocks[count.index], "rule", "_")][1])   # at: computed_ingress_with_ipv6_cidr_blocks
  protocol          = lookup(var.computed_ingress_with_ipv6_cidr_blocks[count.index], "protocol", var.rules[lookup(var.computed_ingress_with_ipv6_cidr_blocks[count.index], "rule", "_")][2])  # at: computed_ingress_with_ipv6_cidr_blocks
}

# at: computed_ingress_with_source_security_group_id
resource "aws_security_group_rule" "computed_ingress_with_source_security_group_id" {
  count = var.create ? var.number_of_computed_ingress_with_source_security_group_id : 0

  security_group_id        = local.group
  type                     = "ingress"
  source_security_group_id = var.computed_ingress_with_source_security_group_id[count.index]["source_security_group_id"]
  prefix_list_ids          = var.ingress_prefix_list_ids
  from_port                = lookup(var.computed_ingress_with_source_security_group_id[count.index], "from_port", var.rules[lookup(var.computed_ingress_with_source_security_group_id[count.index], "rule", "_")][0]) # at: computed_ingress_with_source_security_group_id
  to_port                  = lookup(var.computed_ingress_with_source_security_group_id[count.index], "to_port", var.rules[lookup(var.computed_ingress_with_source_security_group_id[count.index], "rule", "_")][1])   # at: computed_ingress_with_source_security_group_id
  protocol                 = lookup(var.computed_ingress_with_source_security_group_id[count.index], "protocol", var.rules[lookup(var.computed_ingress_with_source_security_group_id[count.index], "rule", "_")][2])  # at: computed_ingress_with_source_security_group_id
}

# at: computed_ingress_with_self
resource "aws_security_group_rule" "computed_ingress_with_self" {
  count = var.create ? var.number_of_computed_ingress_with_self : 0

  security_group_id = local.group
  type              = "ingress"
  self              = lookup(var.computed_ingress_with_self[count.index], "self", true)
  prefix_list_ids   = var.ingress_prefix_list_ids
  from_port         = lookup(var.computed_ingress_with_self[count.index], "from_port", var.rules[lookup(var.computed_ingress_with_self[count.index], "rule", "_")][0]) # at: computed_ingress_with_self
  to_port           = lookup(var.computed_ingress_with_self[count.index], "to_port", var.rules[lookup(var.computed_ingress_with_self[count.index], "rule", "_")][1])   # at: computed_ingress_with_self
  protocol          = lookup(var.computed_ingress_with_self[count.index], "protocol", var.rules[lookup(var.computed_ingress_with_self[count.index], "rule", "_")][2])  # at: computed_ingress_with_self
}

# at: computed_ingress_with_prefix_list_ids
resource "aws_security_group_rule" "computed_ingress_with_prefix_list_ids" {
  count = var.create ? var.number_of_computed_ingress_with_prefix_list_ids : 0

  security_group_id = local.group
  type              = "ingress"
  prefix_list_ids   = compact(split(",", lookup(var.computed_ingress_with_prefix_list_ids[count.index], "prefix_list_ids", join(",", var.ingress_prefix_list_ids))))
  from_port         = lookup(var.computed_ingress_with_prefix_list_ids[count.index], "from_port", var.rules[lookup(var.computed_ingress_with_prefix_list_ids[count.index], "rule", "_")][0]) # at: computed_ingress_with_prefix_list_ids
  to_port           = lookup(var.computed_ingress_with_prefix_list_ids[count.index], "to_port", var.rules[lookup(var.computed_ingress_with_prefix_list_ids[count.index], "rule", "_")][1])   # at: computed_ingress_with_prefix_list_ids
  protocol          = lookup(var.computed_ingress_with_prefix_list_ids[count.index], "protocol", var.rules[lookup(var.computed_ingress_with_prefix_list_ids[count.index], "rule", "_")][2])  # at: computed_ingress_with_prefix_list_ids
}
