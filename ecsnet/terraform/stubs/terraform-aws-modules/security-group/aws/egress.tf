# at: egress_rules
resource "aws_security_group_rule" "egress_rules" {
  count = var.create ? length(var.egress_rules) : 0

  security_group_id = local.group
  type              = "egress"
  cidr_blocks       = var.egress_cidr_blocks
  ipv6_cidr_blocks  = var.egress_ipv6_cidr_blocks
  prefix_list_ids   = var.egress_prefix_list_ids
  from_port         = var.rules[var.egress_rules[count.index]][0] # at: egress_rules
  to_port           = var.rules[var.egress_rules[count.index]][1] # at: egress_rules
  protocol          = var.rules[var.egress_rules[count.index]][2] # at: egress_rules
}

# at: egress_with_cidr_blocks
resource "aws_security_group_rule" "egress_with_cidr_blocks" {
  count = var.create ? length(var.egress_with_cidr_blocks) : 0

  security_group_id = local.group
  type              = "egress"
  cidr_blocks       = compact(split(",", lookup(var.egress_with_cidr_blocks[count.index], "cidr_blocks", join(",", var.egress_cidr_blocks))))
  prefix_list_ids   = var.prefix_lists_with_cidr_blocks ? var.egress_prefix_list_ids : null
  from_port         = lookup(var.egress_with_cidr_blocks[count.index], "from_port", var.rules[lookup(var.egress_with_cidr_blocks[count.index], "rule", "_")][0]) # at: egress_with_cidr_blocks
  to_port           = lookup(var.egress_with_cidr_blocks[count.index], "to_port", var.rules[lookup(var.egress_with_cidr_blocks[count.index], "rule", "_")][1])   # at: egress_with_cidr_blocks
  protocol          = lookup(var.egress_with_cidr_blocks[count.index], "protocol", var.rules[lookup(var.egress_with_cidr_blocks[count.index], "rule", "_")][2])  # at: egress_with_cidr_blocks
}

# at: egress_with_ipv6_cidr_blocks
resource "aws_security_group_rule" "egress_with_ipv6_cidr_blocks" {
  count = var.create ? length(var.egress_with_ipv6_cidr_blocks) : 0

  security_group_id = local.group
  type              = "egress"
  ipv6_cidr_blocks  = compact(split(",", lookup(var.egress_with_ipv6_cidr_blocks[count.index], "ipv6_cidr_blocks", join(",", var.egress_ipv6_cidr_blocks))))
  prefix_list_ids   = var.egress_prefix_list_ids
  from_port         = lookup(var.egress_with_ipv6_cidr_blocks[count.index], "from_port", var.rules[lookup(var.egress_with_ipv6_cidr_blocks[count.index], "rule", "_")][0]) # at: egress_with_ipv6_cidr_blocks
  to_port           = lookup(var.egress_with_ipv6_cidr_blocks[count.index], "to_port", var.rules[lookup(var.egress_with_ipv6_cidr_blocks[count.index], "rule", "_")][1])   # at: egress_with_ipv6_cidr_blocks
  protocol          = lookup(var.egress_with_ipv6_cidr_blocks[count.index], "protocol", var.rules[lookup(var.egress_with_ipv6_cidr_blocks[count.index], "rule", "_")][2])  # at: egress_with_ipv6_cidr_blocks
}

# at: egress_with_source_security_group_id
resource "aws_security_group_rule" "egress_with_source_security_group_id" {
  count = var.create ? length(var.egress_with_source_security_group_id) : 0

  security_group_id        = local.group
  type                     = "egress"
  source_security_group_id = var.egress_with_source_security_group_id[count.index]["source_security_group_id"]
  prefix_list_ids          = var.egress_prefix_list_ids
  from_port                = lookup(var.egress_with_source_security_group_id[count.index], "from_port", var.rules[lookup(var.egress_with_source_security_group_id[count.index], "rule", "_")][0]) # at: egress_with_source_security_group_id
  to_port                  = lookup(var.egress_with_source_security_group_id[count.index], "to_port", var.rules[lookup(var.egress_with_source_security_group_id[count.index], "rule", "_")][1])   # at: egress_with_source_security_group_id
  protocol                 = lookup(var.egress_with_source_security_group_id[count.index], "protocol", var.rules[lookup(var.egress_with_source_security_group_id[count.index], "rule", "_")][2])  # at: egress_with_source_security_group_id
}

# at: egress_with_self
resource "aws_security_group_rule" "egress_with_self" {
  count = var.create ? length(var.egress_with_self) : 0

  security_group_id = local.group
  type              = "egress"
  self              = lookup(var.egress_with_self[count.index], "self", true)
  prefix_list_ids   = var.egress_prefix_list_ids
  from_port         = lookup(var.egress_with_self[count.index], "from_port", var.rules[lookup(var.egress_with_self[count.index], "rule", "_")][0]) # at: egress_with_self
  to_port           = lookup(var.egress_with_self[count.index], "to_port", var.rules[lookup(var.egress_with_self[count.index], "rule", "_")][1])   # at: egress_with_self
  protocol          = lookup(var.egress_with_self[count.index], "protocol", var.rules[lookup(var.egress_with_self[count.index], "rule", "_")][2])  # at: egress_with_self
}

# at: egress_with_prefix_list_ids
resource "aws_security_group_rule" "egress_with_prefix_list_ids" {
  count = var.create ? length(var.egress_with_prefix_list_ids) : 0

  security_group_id = local.group
  type              = "egress"
  prefix_list_ids   = compact(split(",", lookup(var.egress_with_prefix_list_ids[count.index], "prefix_list_ids", join(",", var.egress_prefix_list_ids))))
  from_port         = lookup(var.egress_with_prefix_list_ids[count.index], "from_port", var.rules[lookup(var.egress_with_prefix_list_ids[count.index], "rule", "_")][0]) # at: egress_with_prefix_list_ids
  to_port           = lookup(var.egress_with_prefix_list_ids[count.index], "to_port", var.rules[lookup(var.egress_with_prefix_list_ids[count.index], "rule", "_")][1])   # at: egress_with_prefix_list_ids
  protocol          = lookup(var.egress_with_prefix_list_ids[count.index], "protocol", var.rules[lookup(var.egress_with_prefix_list_ids[count.index], "rule", "_")][2])  # at: egress_with_prefix_list_ids
}

# at: computed_egress_rules
resource "aws_security_group_rule" "computed_egress_rules" {
  count = var.create ? var.number_of_computed_egress_rules : 0

  security_group_id = local.group
  type              = "egress"
  cidr_blocks       = var.egress_cidr_blocks
  ipv6_cidr_blocks  = var.egress_ipv6_cidr_blocks
  prefix_list_ids   = var.egress_prefix_list_ids
  from_port         = var.rules[var.computed_egress_rules[count.index]][0] # at: computed_egress_rules
  to_port           = var.rules[var.computed_egress_rules[count.index]][1] # at: computed_egress_rules
  protocol          = var.rules[var.computed_egress_rules[count.index]][2] # at: computed_egress_rules
}

# at: computed_egress_with_cidr_blocks
resource "aws_security_group_rule" "computed_egress_with_cidr_blocks" {
  count = var.create ? var.number_of_computed_egress_with_cidr_blocks : 0

  security_group_id = local.group
  type              = "egress"
  cidr_blocks       = compact(split(",", lookup(var.computed_egress_with_cidr_blocks[count.index], "cidr_blocks", join(",", var.egress_cidr_blocks))))
  prefix_list_ids   = var.prefix_lists_with_cidr_blocks ? var.egress_prefix_list_ids : null
  from_port         = lookup(var.computed_egress_with_cidr_blocks[count.index], "from_port", var.rules[lookup(var.computed_egress_with_cidr_blocks[count.index], "rule", "_")][0]) # at: computed_egress_with_cidr_blocks
  to_port           = lookup(var.computed_egress_with_cidr_blocks[count.index], "to_port", var.rules[lookup(var.computed_egress_with_cidr_blocks[count.index], "rule", "_")][1])   # at: computed_egress_with_cidr_blocks
  protocol          = lookup(var.computed_egress_with_cidr_blocks[count.index], "protocol", var.rules[lookup(var.computed_egress_with_cidr_blocks[count.index], "rule", "_")][2])  # at: computed_egress_with_cidr_blocks
}

# at: computed_egress_with_ipv6_cidr_blocks
resource "aws_security_group_rule" "computed_egress_with_ipv6_cidr_blocks" {
  count = var.create ? var.number_of_computed_egress_with_ipv6_cidr_blocks : 0

  security_group_id = local.group
  type              = "egress"
  ipv6_cidr_blocks  = compact(split(",", lookup(var.computed_egress_with_ipv6_cidr_blocks[count.index], "ipv6_cidr_blocks", join(",", var.egress_ipv6_cidr_blocks))))
  prefix_list_ids   = var.egress_prefix_list_ids
  from_port         = lookup(var.computed_egress_with_ipv6_cidr_blocks[count.index], "from_port", var.rules[lookup(var.computed_egress_with_ipv6_cidr_blocks[count.index], "rule", "_")][0]) # at: computed_egress_with_ipv6_cidr_blocks
  to_port           = lookup(var.computed_egress_with_ipv6_cidr_blocks[count.index], "to_port", var.rules[lookup(var.computed_egress_with_ipv6_cidr_blocks[count.index], "rule", "_")][1])   # at: computed_egress_with_ipv6_cidr_blocks
  protocol          = lookup(var.computed_egress_with_ipv6_cidr_blocks[count.index], "protocol", var.rules[lookup(var.computed_egress_with_ipv6_cidr_blocks[count.index], "rule", "_")][2])  # at: computed_egress_with_ipv6_cidr_blocks
}

# at: computed_egress_with_source_security_group_id
resource "aws_security_group_rule" "computed_egress_with_source_security_group_id" {
  count = var.create ? var.number_of_computed_egress_with_source_security_group_id : 0

  security_group_id        = local.group
  type                     = "egress"
  source_security_group_id = var.computed_egress_with_source_security_group_id[count.index]["source_security_group_id"]
  prefix_list_ids          = var.egress_prefix_list_ids
  from_port                = lookup(var.computed_egress_with_source_security_group_id[count.index], "from_port", var.rules[lookup(var.computed_egress_with_source_security_group_id[count.index], "rule", "_")][0]) # at: computed_egress_with_source_security_group_id
  to_port                  = lookup(var.computed_egress_with_source_security_group_id[count.index], "to_port", var.rules[lookup(var.computed_egress_with_source_security_group_id[count.index], "rule", "_")][1])   # at: computed_egress_with_source_security_group_id
  protocol                 = lookup(var.computed_egress_with_source_security_group_id[count.index], "protocol", var.rules[lookup(var.computed_egress_with_source_security_group_id[count.index], "rule", "_")][2])  # at: computed_egress_with_source_security_group_id
}

# at: computed_egress_with_self
resource "aws_security_group_rule" "computed_egress_with_self" {
  count = var.create ? var.number_of_computed_egress_with_self : 0

  security_group_id = local.group
  type              = "egress"
  self              = lookup(var.computed_egress_with_self[count.index], "self", true)
  prefix_list_ids   = var.egress_prefix_list_ids
  from_port         = lookup(var.computed_egress_with_self[count.index], "from_port", var.rules[lookup(var.computed_egress_with_self[count.index], "rule", "_")][0]) # at: computed_egress_with_self
  to_port           = lookup(var.computed_egress_with_self[count.index], "to_port", var.rules[lookup(var.computed_egress_with_self[count.index], "rule", "_")][1])   # at: computed_egress_with_self
  protocol          = lookup(var.computed_egress_with_self[count.index], "protocol", var.rules[lookup(var.computed_egress_with_self[count.index], "rule", "_")][2])  # at: computed_egress_with_self
}

# at: computed_egress_with_prefix_list_ids
resource "aws_security_group_rule" "computed_egress_with_prefix_list_ids" {
  count = var.create ? var.number_of_computed_egress_with_prefix_list_ids : 0

  security_group_id = local.group
  type              = "egress"
  prefix_list_ids   = compact(split(",", lookup(var.computed_egress_with_prefix_list_ids[count.index], "prefix_list_ids", join(",", var.egress_prefix_list_ids))))
  from_port         = lookup(var.computed_egress_with_prefix_list_ids[count.index], "from_port", var.rules[lookup(var.computed_egress_with_prefix_list_ids[count.index], "rule", "_")][0]) # at: computed_egress_with_prefix_list_ids
  to_port           = lookup(var.computed_egress_with_prefix_list_ids[count.index], "to_port", var.rules[lookup(var.computed_egress_with_prefix_list_ids[count.index], "rule", "_")][1])   # at: computed_egress_with_prefix_list_ids
  protocol          = lookup(var.computed_egress_with_prefix_list_ids[count.index], "protocol", var.rules[lookup(var.computed_egress_with_prefix_list_ids[count.index], "rule", "_")][2])  # at: computed_egress_with_prefix_list_ids
}
