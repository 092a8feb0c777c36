variable "redshift_subnets" {
  type    = list(string)
  default = []
}

variable "redshift_subnet_ipv6_prefixes" {
  type    = list(string)
  default = []
}

variable "redshift_subnet_names" {
  type    = list(string)
  default = []
}

variable "redshift_subnet_suffix" {
  type    = string
  default = "redshift"
}

variable "redshift_subnet_tags" {
  type    = map(string)
  default = {}
}

variable "redshift_subnet_ipv6_native" {
  type    = bool
  default = false
}

variable "redshift_subnet_assign_ipv6_address_on_creation" {
  type    = bool
  default = null
}

variable "redshift_subnet_enable_dns64" {
  type    = bool
  default = true
}

locals {
  redshift_count = local.create_vpc ? max(length(var.redshift_subnets), var.ipv6_prefixes_not_counted ? 0 : length(var.redshift_subnet_ipv6_prefixes)) : 0
}

# at: redshift_subnets, redshift_subnet_ipv6_prefixes
resource "aws_subnet" "redshift" {
  count = local.redshift_count

  vpc_id                          = local.vpc_id
  availability_zone               = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? element(var.azs, count.index) : null
  availability_zone_id            = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? null : element(var.azs, count.index)
  cidr_block                      = var.redshift_subnet_ipv6_native ? null : element(concat(var.redshift_subnets, [""]), count.index)
  ipv6_cidr_block                 = var.enable_ipv6 && length(var.redshift_subnet_ipv6_prefixes) > 0 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, var.redshift_subnet_ipv6_prefixes[count.index]) : null
  ipv6_native                     = var.enable_ipv6 && var.redshift_subnet_ipv6_native
  assign_ipv6_address_on_creation = var.enable_ipv6 && var.redshift_subnet_ipv6_native ? true : coalesce(var.redshift_subnet_assign_ipv6_address_on_creation, var.assign_ipv6_address_on_creation)
  enable_dns64                    = var.enable_ipv6 && var.redshift_subnet_enable_dns64
  tags = merge(
    { Name = try(var.redshift_subnet_names[count.index], "${var.name}-${var.redshift_subnet_suffix}-${element(var.azs, count.index)}") },
    var.tags, var.redshift_subnet_tags
  )
}

variable "enable_public_redshift" {
  type    = bool
  default = false
}

variable "create_redshift_subnet_route_table" {
  type    = bool
  default = false
}

# at: create_redshift_subnet_route_table
resource "aws_route_table" "redshift" {
  count = var.create_redshift_subnet_route_table && local.redshift_count > 0 ? 1 : 0

  vpc_id = local.vpc_id
  tags   = merge({ Name = "${var.name}-${var.redshift_subnet_suffix}" }, var.tags)
}

# at: create_redshift_subnet_route_table, redshift_subnets
resource "aws_route_table_association" "redshift" {
  count = var.enable_public_redshift ? 0 : local.redshift_count

  subnet_id      = element(aws_subnet.redshift[*].id, count.index)
  route_table_id = element(coalescelist(aws_route_table.redshift[*].id, aws_route_table.private[*].id), var.single_nat_gateway || var.create_redshift_subnet_route_table ? 0 : count.index)
}

# at: enable_public_redshift
resource "aws_route_table_association" "redshift_public" {
  count = var.enable_public_redshift ? local.redshift_count : 0

  subnet_id      = element(aws_subnet.redshift[*].id, count.index)
  route_table_id = element(coalescelist(aws_route_table.redshift[*].id, aws_route_table.public[*].id), var.single_nat_gateway || var.create_redshift_subnet_route_table ? 0 : count.index)
}

variable "redshift_dedicated_network_acl" {
  type    = bool
  default = false
}

variable "redshift_inbound_acl_rules" {
  type = list(map(string))
  default = [{
    rule_number = 100
    rule_action = "allow"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_block  = "0.0.0.0/0"
  }]
}

variable "redshift_outbound_acl_rules" {
  type = list(map(string))
  default = [{
    rule_number = 100
    rule_action = "allow"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_block  = "0.0.0.0/0"
  }]
}

# at: redshift_dedicated_network_acl
resource "aws_network_acl" "redshift" {
  count = local.redshift_count > 0 && var.redshift_dedicated_network_acl ? 1 : 0

  vpc_id     = local.vpc_id
  subnet_ids = aws_subnet.redshift[*].id
}

# at: redshift_inbound_acl_rules, redshift_dedicated_network_acl
resource "aws_network_acl_rule" "redshift_inbound" {
  count = local.redshift_count > 0 && var.redshift_dedicated_network_acl ? length(var.redshift_inbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.redshift[0].id
  egress          = false
  rule_number     = var.redshift_inbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.redshift_inbound_acl_rules[count.index]["rule_action"]
  protocol        = var.redshift_inbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.redshift_inbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.redshift_inbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.redshift_inbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.redshift_inbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

# at: redshift_outbound_acl_rules, redshift_dedicated_network_acl
resource "aws_network_acl_rule" "redshift_outbound" {
  count = local.redshift_count > 0 && var.redshift_dedicated_network_acl ? length(var.redshift_outbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.redshift[0].id
  egress          = true
  rule_number     = var.redshift_outbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.redshift_outbound_acl_rules[count.index]["rule_action"]
  protocol        = var.redshift_outbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.redshift_outbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.redshift_outbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.redshift_outbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.redshift_outbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

output "redshift_subnet_objects" {
  value = aws_subnet.redshift
}

output "redshift_subnets" {
  value = aws_subnet.redshift[*].id
}

output "redshift_subnet_arns" {
  value = aws_subnet.redshift[*].arn
}

output "redshift_subnets_cidr_blocks" {
  value = compact(aws_subnet.redshift[*].cidr_block)
}

output "redshift_network_acl_id" {
  value = try(aws_network_acl.redshift[0].id, null)
}

output "redshift_route_table_ids" {
  value = length(aws_route_table.redshift[*].id) > 0 ? aws_route_table.redshift[*].id : var.enable_public_redshift ? aws_route_table.public[*].id : aws_route_table.private[*].id
}

output "redshift_route_table_association_ids" {
  value = aws_route_table_association.redshift[*].id
}
