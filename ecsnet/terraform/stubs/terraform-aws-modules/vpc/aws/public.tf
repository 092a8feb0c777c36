variable "public_subnets" {
  type    = list(string)
  default = []
}

variable "public_subnet_ipv6_prefixes" {
  type    = list(string)
  default = []
}

variable "public_subnet_names" {
  type    = list(string)
  default = []
}

variable "public_subnet_suffix" {
  type    = string
  default = "public"
}

variable "public_subnet_tags" {
  type    = map(string)
  default = {}
}

variable "public_subnet_tags_per_az" {
  type    = map(map(string))
  default = {}
}

variable "public_subnet_ipv6_native" {
  type    = bool
  default = false
}

variable "public_subnet_assign_ipv6_address_on_creation" {
  type    = bool
  default = null
}

variable "public_subnet_enable_dns64" {
  type    = bool
  default = true
}

locals {
  public_count = local.create_vpc ? max(length(var.public_subnets), var.ipv6_prefixes_not_counted ? 0 : length(var.public_subnet_ipv6_prefixes)) : 0
}

# at: public_subnets, public_subnet_ipv6_prefixes
resource "aws_subnet" "public" {
  count = !var.one_nat_gateway_per_az || local.public_count >= length(var.azs) ? local.public_count : 0

  vpc_id                          = local.vpc_id
  availability_zone               = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? element(var.azs, count.index) : null
  availability_zone_id            = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? null : element(var.azs, count.index)
  cidr_block                      = var.public_subnet_ipv6_native ? null : element(concat(var.public_subnets, [""]), count.index)
  ipv6_cidr_block                 = var.enable_ipv6 && length(var.public_subnet_ipv6_prefixes) > 0 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, var.public_subnet_ipv6_prefixes[count.index]) : null
  ipv6_native                     = var.enable_ipv6 && var.public_subnet_ipv6_native
  assign_ipv6_address_on_creation = var.enable_ipv6 && var.public_subnet_ipv6_native ? true : coalesce(var.public_subnet_assign_ipv6_address_on_creation, var.assign_ipv6_address_on_creation)
  enable_dns64                    = var.enable_ipv6 && var.public_subnet_enable_dns64
  map_public_ip_on_launch         = var.map_public_ip_on_launch
  tags = merge(
    { Name = try(var.public_subnet_names[count.index], "${var.name}-${var.public_subnet_suffix}-${element(var.azs, count.index)}") },
    var.tags, var.public_subnet_tags, lookup(var.public_subnet_tags_per_az, element(var.azs, count.index), {})
  )
}

variable "map_public_ip_on_launch" {
  type    = bool
  default = false
}

variable "create_multiple_public_route_tables" {
  type    = bool
  default = false
}

variable "create_igw" {
  type    = bool
  default = true
}

locals {
  public_tables = local.public_count == 0 ? 0 : var.create_multiple_public_route_tables ? local.public_count : 1
}

# at: public_subnets
resource "aws_route_table" "public" {
  count = local.public_tables

  vpc_id = local.vpc_id
  tags   = merge({ Name = "${var.name}-${var.public_subnet_suffix}" }, var.tags)
}

# at: public_subnets
resource "aws_route_table_association" "public" {
  count = local.public_count

  subnet_id      = element(aws_subnet.public[*].id, count.index)
  route_table_id = element(aws_route_table.public[*].id, var.create_multiple_public_route_tables ? count.index : 0)
}

# at: create_igw, public_subnets
resource "aws_internet_gateway" "this" {
  count = local.public_count > 0 && var.create_igw ? 1 : 0

  vpc_id = local.vpc_id
}

# at: create_igw, public_subnets
resource "aws_route" "public_internet_gateway" {
  count = var.create_igw ? local.public_tables : 0

  route_table_id         = aws_route_table.public[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

# at: enable_ipv6, public_subnets
resource "aws_route" "public_internet_gateway_ipv6" {
  count = var.create_igw && var.enable_ipv6 ? local.public_tables : 0

  route_table_id              = aws_route_table.public[count.index].id
  destination_ipv6_cidr_block = "::/0"
  gateway_id                  = aws_internet_gateway.this[0].id
}

variable "public_dedicated_network_acl" {
  type    = bool
  default = false
}

variable "public_inbound_acl_rules" {
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

variable "public_outbound_acl_rules" {
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

# at: public_dedicated_network_acl
resource "aws_network_acl" "public" {
  count = local.public_count > 0 && var.public_dedicated_network_acl ? 1 : 0

  vpc_id     = local.vpc_id
  subnet_ids = aws_subnet.public[*].id
}

# at: public_inbound_acl_rules, public_dedicated_network_acl
resource "aws_network_acl_rule" "public_inbound" {
  count = local.public_count > 0 && var.public_dedicated_network_acl ? length(var.public_inbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.public[0].id
  egress          = false
  rule_number     = var.public_inbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.public_inbound_acl_rules[count.index]["rule_action"]
  protocol        = var.public_inbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.public_inbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.public_inbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.public_inbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.public_inbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

# at: public_outbound_acl_rules, public_dedicated_network_acl
resource "aws_network_acl_rule" "public_outbound" {
  count = local.public_count > 0 && var.public_dedicated_network_acl ? length(var.public_outbound_acl_rules) : 0

  network_acl_id  = aws_network_acl.public[0].id
  egress          = true
  rule_number     = var.public_outbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.public_outbound_acl_rules[count.index]["rule_action"]
  protocol        = var.public_outbound_acl_rules[count.index]["protocol"]
  from_port       = lookup(var.public_outbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.public_outbound_acl_rules[count.index], "to_port", null)
  cidr_block      = lookup(var.public_outbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.public_outbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

output "public_subnet_objects" {
  value = aws_subnet.public
}

output "public_subnets" {
  value = aws_subnet.public[*].id
}

output "public_subnet_arns" {
  value = aws_subnet.public[*].arn
}

output "public_subnets_cidr_blocks" {
  value = compact(aws_subnet.public[*].cidr_block)
}

output "public_network_acl_id" {
  value = try(aws_network_acl.public[0].id, null)
}

output "public_route_table_ids" {
  value = aws_route_table.public[*].id
}

output "public_route_table_association_ids" {
  value = aws_route_table_association.public[*].id
}

output "igw_id" {
  value = try(aws_internet_gateway.this[0].id, null)
}

output "igw_arn" {
  value = try(aws_internet_gateway.this[0].arn, null)
}

output "public_internet_gateway_route_id" {
  value = try(aws_route.public_internet_gateway[0].id, null)
}
