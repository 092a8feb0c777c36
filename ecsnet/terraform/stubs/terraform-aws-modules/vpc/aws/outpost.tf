variable "outpost_subnets" {
  type    = list(string)
  default = []
}

variable "outpost_subnet_ipv6_prefixes" {
  type    = list(string)
  default = []
}

variable "outpost_subnet_names" {
  type    = list(string)
  default = []
}

variable "outpost_subnet_suffix" {
  type    = string
  default = "outpost"
}

variable "outpost_subnet_tags" {
  type    = map(string)
  default = {}
}

variable "outpost_subnet_ipv6_native" {
  type    = bool
  default = false
}

variable "outpost_subnet_assign_ipv6_address_on_creation" {
  type    = bool
  default = null
}

variable "outpost_subnet_enable_dns64" {
  type    = bool
  default = true
}

locals {
  outpost_count = local.create_vpc ? max(length(var.outpost_subnets), var.ipv6_prefixes_not_counted ? 0 : length(var.outpost_subnet_ipv6_prefixes)) : 0
}

# at: outpost_subnets, outpost_subnet_ipv6_prefixes
resource "aws_subnet" "outpost" {
  count = local.outpost_count

  vpc_id                          = local.vpc_id
  availability_zone               = var.outpost_az
  outpost_arn                     = var.outpost_arn
  cidr_block                      = var.outpost_subnet_ipv6_native ? null : element(concat(var.outpost_subnets, [""]), count.index)
  ipv6_cidr_block                 = var.enable_ipv6 && length(var.outpost_subnet_ipv6_prefixes) > 0 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, var.outpost_subnet_ipv6_prefixes[count.index]) : null
  ipv6_native                     = var.enable_ipv6 && var.outpost_subnet_ipv6_native
  assign_ipv6_address_on_creation = var.enable_ipv6 && var.outpost_subnet_ipv6_native ? true : coalesce(var.outpost_subnet_assign_ipv6_address_on_creation, var.assign_ipv6_address_on_creation)
  enable_dns64                    = var.enable_ipv6 && var.outpost_subnet_enable_dns64
  tags = merge(
    { Name = try(var.outpost_subnet_names[count.index], "${var.name}-${var.outpost_subnet_suffix}-${var.outpost_az}") },
    var.tags, var.outpost_subnet_tags
  )
}

variable "outpost_az" {
  type    = string
  default = null
}

variable "outpost_arn" {
  type    = string
  default = null
}

# at: outpost_subnets
resource "aws_route_table_association" "outpost" {
  count = local.outpost_count

  subnet_id      = element(aws_subnet.outpost[*].id, count.index)
  route_table_id = element(aws_route_table.private[*].id, var.single_nat_gateway ? 0 : count.index)
}

variable "outpost_dedicated_network_acl" {
  type    = bool
  default = false
}

variable "outpost_inbound_acl_rules" {
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

variable "outpost_outbound_acl_rules" {
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

# at: outpost_dedicated_network_acl
resource "aws_network_acl" "outpost" {
  count = local.outpost_count > 0 && var.outpost_dedicated_network_acl ? 1 : 0

  vpc_id     = local.vpc_id
  subnet_ids = aws_subnet.outpost[*].id
}

# at: outpost_inbound_acl_rules, outpost_dedicated_network_acl
resource "aws_network_acl_rule" "outpost_inbound" {
  count = local.outpost_count > 0 && var.outpost_dedicated_network_acl ? length(var.outpost_inbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.outpost[0].id
  egress          = false
  rule_number     = var.outpost_inbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.outpost_inbound_acl_rules[count.index]["rule_action"]
  protocol        = var.outpost_inbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.outpost_inbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.outpost_inbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.outpost_inbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.outpost_inbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

# at: outpost_outbound_acl_rules, outpost_dedicated_network_acl
resource "aws_network_acl_rule" "outpost_outbound" {
  count = local.outpost_count > 0 && var.outpost_dedicated_network_acl ? length(var.outpost_outbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.outpost[0].id
  egress          = true
  rule_number     = var.outpost_outbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.outpost_outbound_acl_rules[count.index]["rule_action"]
  protocol        = var.outpost_outbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.outpost_outbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.outpost_outbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.outpost_outbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.outpost_outbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

output "outpost_subnet_objects" {
  value = aws_subnet.outpost
}

output "outpost_subnets" {
  value = aws_subnet.outpost[*].id
}

output "outpost_subnet_arns" {
  value = aws_subnet.outpost[*].arn
}

output "outpost_subnets_cidr_blocks" {
  value = compact(aws_subnet.outpost[*].cidr_block)
}

output "outpost_network_acl_id" {
  value = try(aws_network_acl.outpost[0].id, null)
}
