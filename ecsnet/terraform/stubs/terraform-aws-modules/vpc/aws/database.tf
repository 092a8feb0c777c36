variable "database_subnets" {
  type    = list(string)
  default = []
}

variable "database_subnet_ipv6_prefixes" {
  type    = list(string)
  default = []
}

variable "database_subnet_names" {
  type    = list(string)
  default = []
}

variable "database_subnet_suffix" {
  type    = string
  default = "db"
}

variable "database_subnet_tags" {
  type    = map(string)
  default = {}
}

variable "database_subnet_ipv6_native" {
  type    = bool
  default = false
}

variable "database_subnet_assign_ipv6_address_on_creation" {
  type    = bool
  default = null
}

variable "database_subnet_enable_dns64" {
  type    = bool
  default = true
}

locals {
  database_count = local.create_vpc ? max(length(var.database_subnets), var.ipv6_prefixes_not_counted ? 0 : length(var.database_subnet_ipv6_prefixes)) : 0
}

# at: database_subnets, database_subnet_ipv6_prefixes
resource "aws_subnet" "database" {
  count = local.database_count

  vpc_id                          = local.vpc_id
  availability_zone               = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? element(var.azs, count.index) : null
  availability_zone_id            = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? null : element(var.azs, count.index)
  cidr_block                      = var.database_subnet_ipv6_native ? null : element(concat(var.database_subnets, [""]), count.index)
  ipv6_cidr_block                 = var.enable_ipv6 && length(var.database_subnet_ipv6_prefixes) > 0 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, var.database_subnet_ipv6_prefixes[count.index]) : null
  ipv6_native                     = var.enable_ipv6 && var.database_subnet_ipv6_native
  assign_ipv6_address_on_creation = var.enable_ipv6 && var.database_subnet_ipv6_native ? true : coalesce(var.database_subnet_assign_ipv6_address_on_creation, var.assign_ipv6_address_on_creation)
  enable_dns64                    = var.enable_ipv6 && var.database_subnet_enable_dns64
  tags = merge(
    { Name = try(var.database_subnet_names[count.index], "${var.name}-${var.database_subnet_suffix}-${element(var.azs, count.index)}") },
    var.tags, var.database_subnet_tags
  )
}

variable "create_database_subnet_route_table" {
  type    = bool
  default = false
}

variable "create_database_internet_gateway_route" {
  type    = bool
  default = false
}

variable "create_database_nat_gateway_route" {
  type    = bool
  default = false
}

locals {
  database_one_table = var.single_nat_gateway || var.create_database_internet_gateway_route
  database_tables    = var.create_database_subnet_route_table && local.database_count > 0 ? local.database_one_table ? 1 : local.database_count : 0
  database_to_igw    = var.create_igw && var.create_database_internet_gateway_route && !var.create_database_nat_gateway_route
  database_to_nat    = var.enable_nat_gateway && var.create_database_nat_gateway_route && !var.create_database_internet_gateway_route
}

# at: create_database_subnet_route_table
resource "aws_route_table" "database" {
  count = local.database_tables

  vpc_id = local.vpc_id
  tags   = merge({ Name = "${var.name}-${var.database_subnet_suffix}" }, var.tags)
}

# at: create_database_subnet_route_table, database_subnets
resource "aws_route_table_association" "database" {
  count = local.database_count

  subnet_id      = element(aws_subnet.database[*].id, count.index)
  route_table_id = element(coalescelist(aws_route_table.database[*].id, aws_route_table.private[*].id), var.create_database_subnet_route_table && local.database_one_table ? 0 : count.index)
}

# at: create_database_internet_gateway_route
resource "aws_route" "database_internet_gateway" {
  count = local.database_tables > 0 && local.database_to_igw ? 1 : 0

  route_table_id         = aws_route_table.database[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

# at: create_database_nat_gateway_route
resource "aws_route" "database_nat_gateway" {
  count = local.database_tables > 0 && local.database_to_nat ? var.single_nat_gateway ? 1 : local.database_count : 0

  route_table_id         = element(aws_route_table.database[*].id, count.index)
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = element(aws_nat_gateway.this[*].id, count.index)
}

# at: enable_ipv6
resource "aws_route" "database_dns64_nat_gateway" {
  count = local.database_tables > 0 && local.database_to_nat && var.dns64_routes && var.enable_ipv6 && var.private_subnet_enable_dns64 ? var.single_nat_gateway ? 1 : local.database_count : 0

  route_table_id              = element(aws_route_table.database[*].id, count.index)
  destination_ipv6_cidr_block = "64:ff9b::/96"
  nat_gateway_id              = element(aws_nat_gateway.this[*].id, count.index)
}

# at: enable_ipv6
resource "aws_route" "database_ipv6_egress" {
  count = local.database_tables > 0 && var.create_egress_only_igw && var.enable_ipv6 && var.create_database_internet_gateway_route ? 1 : 0

  route_table_id              = aws_route_table.database[0].id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.this[0].id
}

variable "database_dedicated_network_acl" {
  type    = bool
  default = false
}

variable "database_inbound_acl_rules" {
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

variable "database_outbound_acl_rules" {
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

# at: database_dedicated_network_acl
resource "aws_network_acl" "database" {
  count = local.database_count > 0 && var.database_dedicated_network_acl ? 1 : 0

  vpc_id     = local.vpc_id
  subnet_ids = aws_subnet.database[*].id
}

# at: database_inbound_acl_rules, database_dedicated_network_acl
resource "aws_network_acl_rule" "database_inbound" {
  count = local.database_count > 0 && var.database_dedicated_network_acl ? length(var.database_inbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.database[0].id
  egress          = false
  rule_number     = var.database_inbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.database_inbound_acl_rules[count.index]["rule_action"]
  protocol        = var.database_inbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.database_inbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.database_inbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.database_inbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.database_inbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

# at: database_outbound_acl_rules, database_dedicated_network_acl
resource "aws_network_acl_rule" "database_outbound" {
  count = local.database_count > 0 && var.database_dedicated_network_acl ? length(var.database_outbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.database[0].id
  egress          = true
  rule_number     = var.database_outbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.database_outbound_acl_rules[count.index]["rule_action"]
  protocol        = var.database_outbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.database_outbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.database_outbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.database_outbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.database_outbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

output "database_subnet_objects" {
  value = aws_subnet.database
}

output "database_subnets" {
  value = aws_subnet.database[*].id
}

output "database_subnet_arns" {
  value = aws_subnet.database[*].arn
}

output "database_subnets_cidr_blocks" {
  value = compact(aws_subnet.database[*].cidr_block)
}

output "database_network_acl_id" {
  value = try(aws_network_acl.database[0].id, null)
}

output "database_route_table_ids" {
  value = length(aws_route_table.database[*].id) > 0 ? aws_route_table.database[*].id : aws_route_table.private[*].id
}

output "database_route_table_association_ids" {
  value = aws_route_table_association.database[*].id
}
