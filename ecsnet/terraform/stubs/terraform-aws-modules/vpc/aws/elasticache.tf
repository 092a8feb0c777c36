variable "elasticache_subnets" {
  type    = list(string)
  default = []
}

variable "elasticache_subnet_ipv6_prefixes" {
  type    = list(string)
  default = []
}

variable "elasticache_subnet_names" {
  type    = list(string)
  default = []
}

variable "elasticache_subnet_suffix" {
  type    = string
  default = "elasticache"
}

variable "elasticache_subnet_tags" {
  type    = map(string)
  default = {}
}

variable "elasticache_subnet_ipv6_native" {
  type    = bool
  default = false
}

variable "elasticache_subnet_assign_ipv6_address_on_creation" {
  type    = bool
  default = null
}

variable "elasticache_subnet_enable_dns64" {
  type    = bool
  default = true
}

locals {
  elasticache_count = local.create_vpc ? max(length(var.elasticache_subnets), var.ipv6_prefixes_not_counted ? 0 : length(var.elasticache_subnet_ipv6_prefixes)) : 0
}

# at: elasticache_subnets, elasticache_subnet_ipv6_prefixes
resource "aws_subnet" "elasticache" {
  count = local.elasticache_count

  vpc_id                          = local.vpc_id
  availability_zone               = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? element(var.azs, count.index) : null
  availability_zone_id            = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? null : element(var.azs, count.index)
  cidr_block                      = var.elasticache_subnet_ipv6_native ? null : element(concat(var.elasticache_subnets, [""]), count.index)
  ipv6_cidr_block                 = var.enable_ipv6 && length(var.elasticache_subnet_ipv6_prefixes) > 0 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, var.elasticache_subnet_ipv6_prefixes[count.index]) : null
  ipv6_native                     = var.enable_ipv6 && var.elasticache_subnet_ipv6_native
  assign_ipv6_address_on_creation = var.enable_ipv6 && var.elasticache_subnet_ipv6_native ? true : coalesce(var.elasticache_subnet_assign_ipv6_address_on_creation, var.assign_ipv6_address_on_creation)
  enable_dns64                    = var.enable_ipv6 && var.elasticache_subnet_enable_dns64
  tags = merge(
    { Name = try(var.elasticache_subnet_names[count.index], "${var.name}-${var.elasticache_subnet_suffix}-${element(var.azs, count.index)}") },
    var.tags, var.elasticache_subnet_tags
  )
}

variable "create_elasticache_subnet_route_table" {
  type    = bool
  default = false
}

# at: create_elasticache_subnet_route_table
resource "aws_route_table" "elasticache" {
  count = var.create_elasticache_subnet_route_table && local.elasticache_count > 0 ? 1 : 0

  vpc_id = local.vpc_id
  tags   = merge({ Name = "${var.name}-${var.elasticache_subnet_suffix}" }, var.tags)
}

# at: create_elasticache_subnet_route_table, elasticache_subnets
resource "aws_route_table_association" "elasticache" {
  count = local.elasticache_count

  subnet_id      = element(aws_subnet.elasticache[*].id, count.index)
  route_table_id = element(coalescelist(aws_route_table.elasticache[*].id, aws_route_table.private[*].id), var.single_nat_gateway || var.create_elasticache_subnet_route_table ? 0 : count.index)
}

variable "elasticache_dedicated_network_acl" {
  type    = bool
  default = false
}

variable "elasticache_inbound_acl_rules" {
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

variable "elasticache_outbound_acl_rules" {
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

# at: elasticache_dedicated_network_acl
resource "aws_network_acl" "elasticache" {
  count = local.elasticache_count > 0 && var.elasticache_dedicated_network_acl ? 1 : 0

  vpc_id     = local.vpc_id
  subnet_ids = aws_subnet.elasticache[*].id
}

# at: elasticache_inbound_acl_rules, elasticache_dedicated_network_acl
resource "aws_network_acl_rule" "elasticache_inbound" {
  count = local.elasticache_count > 0 && var.elasticache_dedicated_network_acl ? length(var.elasticache_inbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.elasticache[0].id
  egress          = false
  rule_number     = var.elasticache_inbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.elasticache_inbound_acl_rules[count.index]["rule_action"]
  protocol        = var.elasticache_inbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.elasticache_inbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.elasticache_inbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.elasticache_inbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.elasticache_inbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

# at: elasticache_outbound_acl_rules, elasticache_dedicated_network_acl
resource "aws_network_acl_rule" "elasticache_outbound" {
  count = local.elasticache_count > 0 && var.elasticache_dedicated_network_acl ? length(var.elasticache_outbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.elasticache[0].id
  egress          = true
  rule_number     = var.elasticache_outbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.elasticache_outbound_acl_rules[count.index]["rule_action"]
  protocol        = var.elasticache_outbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.elasticache_outbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.elasticache_outbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.elasticache_outbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.elasticache_outbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

output "elasticache_subnet_objects" {
  value = aws_subnet.elasticache
}

output "elasticache_subnets" {
  value = aws_subnet.elasticache[*].id
}

output "elasticache_subnet_arns" {
  value = aws_subnet.elasticache[*].arn
}

output "elasticache_subnets_cidr_blocks" {
  value = compact(aws_subnet.elasticache[*].cidr_block)
}

output "elasticache_network_acl_id" {
  value = try(aws_network_acl.elasticache[0].id, null)
}

output "elasticache_route_table_ids" {
  value = try(coalescelist(aws_route_table.elasticache[*].id, aws_route_table.private[*].id), [])
}

output "elasticache_route_table_association_ids" {
  value = aws_route_table_association.elasticache[*].id
}
