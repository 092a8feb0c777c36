variable "private_subnets" {
  type    = list(string)
  default = []
}

variable "private_subnet_ipv6_prefixes" {
  type    = list(string)
  default = []
}

variable "private_subnet_names" {
  type    = list(string)
  default = []
}

variable "private_subnet_suffix" {
  type    = string
  default = "private"
}

variable "private_subnet_tags" {
  type    = map(string)
  default = {}
}

variable "private_subnet_tags_per_az" {
  type    = map(map(string))
  default = {}
}

variable "private_subnet_ipv6_native" {
  type    = bool
  default = false
}

variable "private_subnet_assign_ipv6_address_on_creation" {
  type    = bool
  default = null
}

variable "private_subnet_enable_dns64" {
  type    = bool
  default = true
}

locals {
  private_count = local.create_vpc ? max(length(var.private_subnets), var.ipv6_prefixes_not_counted ? 0 : length(var.private_subnet_ipv6_prefixes)) : 0
}

# at: private_subnets, private_subnet_ipv6_prefixes
resource "aws_subnet" "private" {
  count = local.private_count

  vpc_id                          = local.vpc_id
  availability_zone               = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? element(var.azs, count.index) : null
  availability_zone_id            = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? null : element(var.azs, count.index)
  cidr_block                      = var.private_subnet_ipv6_native ? null : element(concat(var.private_subnets, [""]), count.index)
  ipv6_cidr_block                 = var.enable_ipv6 && length(var.private_subnet_ipv6_prefixes) > 0 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, var.private_subnet_ipv6_prefixes[count.index]) : null
  ipv6_native                     = var.enable_ipv6 && var.private_subnet_ipv6_native
  assign_ipv6_address_on_creation = var.enable_ipv6 && var.private_subnet_ipv6_native ? true : coalesce(var.private_subnet_assign_ipv6_address_on_creation, var.assign_ipv6_address_on_creation)
  enable_dns64                    = var.enable_ipv6 && var.private_subnet_enable_dns64
  tags = merge(
    { Name = try(var.private_subnet_names[count.index], "${var.name}-${var.private_subnet_suffix}-${element(var.azs, count.index)}") },
    var.tags, var.private_subnet_tags, lookup(var.private_subnet_tags_per_az, element(var.azs, count.index), {})
  )
}

# at: private_subnets
resource "aws_route_table" "private" {
  count = local.private_tables

  vpc_id = local.vpc_id
  tags   = merge({ Name = "${var.name}-${var.private_subnet_suffix}" }, var.tags)
}

# at: single_nat_gateway, private_subnets
resource "aws_route_table_association" "private" {
  count = local.private_count

  subnet_id      = element(aws_subnet.private[*].id, count.index)
  route_table_id = element(aws_route_table.private[*].id, var.single_nat_gateway ? 0 : count.index)
}

variable "private_dedicated_network_acl" {
  type    = bool
  default = false
}

variable "private_inbound_acl_rules" {
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

variable "private_outbound_acl_rules" {
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

# at: private_dedicated_network_acl
resource "aws_network_acl" "private" {
  count = local.private_count > 0 && var.private_dedicated_network_acl ? 1 : 0

  vpc_id     = local.vpc_id
  subnet_ids = aws_subnet.private[*].id
}

# at: private_inbound_acl_rules, private_dedicated_network_acl
resource "aws_network_acl_rule" "private_inbound" {
  count = local.private_count > 0 && var.private_dedicated_network_acl ? length(var.private_inbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.private[0].id
  egress          = false
  rule_number     = var.private_inbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.private_inbound_acl_rules[count.index]["rule_action"]
  protocol        = var.private_inbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.private_inbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.private_inbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.private_inbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.private_inbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

# at: private_outbound_acl_rules, private_dedicated_network_acl
resource "aws_network_acl_rule" "private_outbound" {
  count = local.private_count > 0 && var.private_dedicated_network_acl ? length(var.private_outbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.private[0].id
  egress          = true
  rule_number     = var.private_outbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.private_outbound_acl_rules[count.index]["rule_action"]
  protocol        = var.private_outbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.private_outbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.private_outbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.private_outbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.private_outbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

output "private_subnet_objects" {
  value = aws_subnet.private
}

output "private_subnets" {
  value = aws_subnet.private[*].id
}

output "private_subnet_arns" {
  value = aws_subnet.private[*].arn
}

output "private_subnets_cidr_blocks" {
  value = compact(aws_subnet.private[*].cidr_block)
}

output "private_network_acl_id" {
  value = try(aws_network_acl.private[0].id, null)
}

output "private_route_table_ids" {
  value = aws_route_table.private[*].id
}

output "private_route_table_association_ids" {
  value = aws_route_table_association.private[*].id
}
