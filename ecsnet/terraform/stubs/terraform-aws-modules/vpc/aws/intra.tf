variable "intra_subnets" {
  type    = list(string)
  default = []
}

variable "intra_subnet_ipv6_prefixes" {
  type    = list(string)
  default = []
}

variable "intra_subnet_names" {
  type    = list(string)
  default = []
}

variable "intra_subnet_suffix" {
  type    = string
  default = "intra"
}

variable "intra_subnet_tags" {
  type    = map(string)
  default = {}
}

variable "intra_subnet_ipv6_native" {
  type    = bool
  default = false
}

variable "intra_subnet_assign_ipv6_address_on_creation" {
  type    = bool
  default = null
}

variable "intra_subnet_enable_dns64" {
  type    = bool
  default = true
}

locals {
  intra_count = local.create_vpc ? max(length(var.intra_subnets), var.ipv6_prefixes_not_counted ? 0 : length(var.intra_subnet_ipv6_prefixes)) : 0
}

# at: intra_subnets, intra_subnet_ipv6_prefixes
resource "aws_subnet" "intra" {
  count = local.intra_count

  vpc_id                          = local.vpc_id
  availability_zone               = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? element(var.azs, count.index) : null
  availability_zone_id            = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? null : element(var.azs, count.index)
  cidr_block                      = var.intra_subnet_ipv6_native ? null : element(concat(var.intra_subnets, [""]), count.index)
  ipv6_cidr_block                 = var.enable_ipv6 && length(var.intra_subnet_ipv6_prefixes) > 0 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, var.intra_subnet_ipv6_prefixes[count.index]) : null
  ipv6_native                     = var.enable_ipv6 && var.intra_subnet_ipv6_native
  assign_ipv6_address_on_creation = var.enable_ipv6 && var.intra_subnet_ipv6_native ? true : coalesce(var.intra_subnet_assign_ipv6_address_on_creation, var.assign_ipv6_address_on_creation)
  enable_dns64                    = var.enable_ipv6 && var.intra_subnet_enable_dns64
  tags = merge(
    { Name = try(var.intra_subnet_names[count.index], "${var.name}-${var.intra_subnet_suffix}-${element(var.azs, count.index)}") },
    var.tags, var.intra_subnet_tags
  )
}

variable "create_multiple_intra_route_tables" {
  type    = bool
  default = false
}

# at: intra_subnets
resource "aws_route_table" "intra" {
  count = local.intra_count == 0 ? 0 : var.create_multiple_intra_route_tables ? local.intra_count : 1

  vpc_id = local.vpc_id
  tags   = merge({ Name = "${var.name}-${var.intra_subnet_suffix}" }, var.tags)
}

# at: intra_subnets
resource "aws_route_table_association" "intra" {
  count = local.intra_count

  subnet_id      = element(aws_subnet.intra[*].id, count.index)
  route_table_id = element(aws_route_table.intra[*].id, var.create_multiple_intra_route_tables ? count.index : 0)
}

variable "intra_dedicated_network_acl" {
  type    = bool
  default = false
}

variable "intra_inbound_acl_rules" {
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

variable "intra_outbound_acl_rules" {
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

# at: intra_dedicated_network_acl
resource "aws_network_acl" "intra" {
  count = local.intra_count > 0 && var.intra_dedicated_network_acl ? 1 : 0

  vpc_id     = local.vpc_id
  subnet_ids = aws_subnet.intra[*].id
}

# at: intra_inbound_acl_rules, intra_dedicated_network_acl
resource "aws_network_acl_rule" "intra_inbound" {
  count = local.intra_count > 0 && var.intra_dedicated_network_acl ? length(var.intra_inbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.intra[0].id
  egress          = false
  rule_number     = var.intra_inbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.intra_inbound_acl_rules[count.index]["rule_action"]
  protocol        = var.intra_inbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.intra_inbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.intra_inbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.intra_inbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.intra_inbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

# at: intra_outbound_acl_rules, intra_dedicated_network_acl
resource "aws_network_acl_rule" "intra_outbound" {
  count = local.intra_count > 0 && var.intra_dedicated_network_acl ? length(var.intra_outbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.intra[0].id
  egress          = true
  rule_number     = var.intra_outbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.intra_outbound_acl_rules[count.index]["rule_action"]
  protocol        = var.intra_outbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.intra_outbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.intra_outbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.intra_outbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.intra_outbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

output "intra_subnet_objects" {
  value = aws_subnet.intra
}

output "intra_subnets" {
  value = aws_subnet.intra[*].id
}

output "intra_subnet_arns" {
  value = aws_subnet.intra[*].arn
}

output "intra_subnets_cidr_blocks" {
  value = compact(aws_subnet.intra[*].cidr_block)
}

output "intra_network_acl_id" {
  value = try(aws_network_acl.intra[0].id, null)
}

output "intra_route_table_ids" {
  value = aws_route_table.intra[*].id
}

output "intra_route_table_association_ids" {
  value = aws_route_table_association.intra[*].id
}
