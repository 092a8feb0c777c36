variable "create_vpc" {
  type    = bool
  default = true
}

variable "enable_dns_hostnames" {
  type    = bool
  default = true
}

variable "enable_dns_support" {
  type    = bool
  default = true
}

variable "enable_ipv6" {
  type    = bool
  default = false
}

variable "use_ipam_pool" {
  type    = bool
  default = false
}

variable "enable_vpn_gateway" {
  type    = bool
  default = false
}

variable "propagate_public_route_tables_vgw" {
  type    = bool
  default = false
}

variable "propagate_private_route_tables_vgw" {
  type    = bool
  default = false
}

variable "propagate_intra_route_tables_vgw" {
  type    = bool
  default = false
}

variable "manage_default_vpc" {
  type    = bool
  default = false
}

variable "manage_default_security_group" {
  type    = bool
  default = true
}

variable "manage_default_route_table" {
  type    = bool
  default = true
}

variable "manage_default_network_acl" {
  type    = bool
  default = true
}

variable "name" {
  type    = string
  default = ""
}

variable "cidr" {
  type    = string
  default = "10.0.0.0/16"
}

variable "vpn_gateway_id" {
  type    = string
  default = ""
}

variable "tags" {
  type    = map(string)
  default = {}
}

variable "vpc_tags" {
  type    = map(string)
  default = {}
}

variable "vpc_block_public_access_options" {
  type    = map(string)
  default = {}
}

variable "vpc_block_public_access_exclusions" {
  type    = map(any)
  default = {}
}

# Of version 3, for subnets of which the call says nothing else.
variable "assign_ipv6_address_on_creation" {
  type    = bool
  default = false
}

# Not an input: true for versions in which the default network ACL takes over the subnets that have none of their own.
variable "default_network_acl_takes_subnets" {
  type    = bool
  default = false
}

# Not an input: true for versions in which IPv6 prefixes make no subnets.
variable "ipv6_prefixes_not_counted" {
  type    = bool
  default = false
}

variable "azs" {
  type    = list(string)
  default = []
}

variable "secondary_cidr_blocks" {
  type    = list(string)
  default = []
}

variable "default_route_table_propagating_vgws" {
  type    = list(string)
  default = []
}

variable "default_route_table_routes" {
  type    = list(map(string))
  default = []
}

variable "default_security_group_ingress" {
  type    = list(map(string))
  default = []
}

variable "default_security_group_egress" {
  type    = list(map(string))
  default = []
}

variable "default_network_acl_ingress" {
  type = list(map(string))
  default = [
    { rule_no = 100, action = "allow", from_port = 0, to_port = 0, protocol = "-1", cidr_block = "0.0.0.0/0" },
    { rule_no = 101, action = "allow", from_port = 0, to_port = 0, protocol = "-1", ipv6_cidr_block = "::/0" },
  ]
}

variable "default_network_acl_egress" {
  type = list(map(string))
  default = [
    { rule_no = 100, action = "allow", from_port = 0, to_port = 0, protocol = "-1", cidr_block = "0.0.0.0/0" },
    { rule_no = 101, action = "allow", from_port = 0, to_port = 0, protocol = "-1", ipv6_cidr_block = "::/0" },
  ]
}

locals {
  create_vpc = var.create_vpc
  vpc_id     = try(aws_vpc_ipv4_cidr_block_association.this[0].vpc_id, aws_vpc.this[0].id, "")
  has_vgw    = local.create_vpc && (var.enable_vpn_gateway || var.vpn_gateway_id != "")

  subnet_ids = {
    database    = aws_subnet.database[*].id
    elasticache = aws_subnet.elasticache[*].id
    intra       = aws_subnet.intra[*].id
    outpost     = aws_subnet.outpost[*].id
    private     = aws_subnet.private[*].id
    public      = aws_subnet.public[*].id
    redshift    = aws_subnet.redshift[*].id
  }

  subnets_with_acl = flatten([
    aws_network_acl.database[*].subnet_ids,
    aws_network_acl.elasticache[*].subnet_ids,
    aws_network_acl.intra[*].subnet_ids,
    aws_network_acl.outpost[*].subnet_ids,
    aws_network_acl.private[*].subnet_ids,
    aws_network_acl.public[*].subnet_ids,
    aws_network_acl.redshift[*].subnet_ids,
  ])
}

# at: create_vpc
resource "aws_vpc" "this" {
  count = local.create_vpc ? 1 : 0

  cidr_block                       = var.use_ipam_pool ? null : var.cidr
  assign_generated_ipv6_cidr_block = var.enable_ipv6 && !var.use_ipam_pool ? true : null
  enable_dns_hostnames             = var.enable_dns_hostnames
  enable_dns_support               = var.enable_dns_support
  tags                             = merge({ Name = var.name }, var.tags, var.vpc_tags)
}

# at: secondary_cidr_blocks
resource "aws_vpc_ipv4_cidr_block_association" "this" {
  count = local.create_vpc ? length(var.secondary_cidr_blocks) : 0

  vpc_id     = aws_vpc.this[0].id
  cidr_block = var.secondary_cidr_blocks[count.index]
}

# at: vpc_block_public_access_options
resource "aws_vpc_block_public_access_options" "this" {
  count = local.create_vpc && length(var.vpc_block_public_access_options) > 0 ? 1 : 0

  internet_gateway_block_mode = try(var.vpc_block_public_access_options["internet_gateway_block_mode"], null)
}

# at: vpc_block_public_access_exclusions
resource "aws_vpc_block_public_access_exclusion" "this" {
  for_each = { for name, exclusion in var.vpc_block_public_access_exclusions : name => exclusion if local.create_vpc }

  vpc_id                          = try(each.value.exclude_vpc, false) ? local.vpc_id : null
  subnet_id                       = try(each.value.exclude_subnet, false) ? local.subnet_ids[each.value.subnet_type][each.value.subnet_index] : null
  internet_gateway_exclusion_mode = each.value.internet_gateway_exclusion_mode
}

# at: enable_vpn_gateway
resource "aws_vpn_gateway" "this" {
  count = local.create_vpc && var.enable_vpn_gateway ? 1 : 0

  vpc_id = local.vpc_id
}

# at: vpn_gateway_id
resource "aws_vpn_gateway_attachment" "this" {
  count = var.vpn_gateway_id != "" ? 1 : 0

  vpc_id         = local.vpc_id
  vpn_gateway_id = var.vpn_gateway_id
}

# at: propagate_public_route_tables_vgw
resource "aws_vpn_gateway_route_propagation" "public" {
  count = local.has_vgw && var.propagate_public_route_tables_vgw ? 1 : 0

  route_table_id = element(aws_route_table.public[*].id, count.index)
  vpn_gateway_id = element(concat(aws_vpn_gateway.this[*].id, aws_vpn_gateway_attachment.this[*].vpn_gateway_id), count.index)
}

# at: propagate_private_route_tables_vgw
resource "aws_vpn_gateway_route_propagation" "private" {
  count = local.has_vgw && var.propagate_private_route_tables_vgw ? local.private_count : 0

  route_table_id = element(aws_route_table.private[*].id, count.index)
  vpn_gateway_id = element(concat(aws_vpn_gateway.this[*].id, aws_vpn_gateway_attachment.this[*].vpn_gateway_id), count.index)
}

# at: propagate_intra_route_tables_vgw
resource "aws_vpn_gateway_route_propagation" "intra" {
  count = local.has_vgw && var.propagate_intra_route_tables_vgw ? local.intra_count : 0

  route_table_id = element(aws_route_table.intra[*].id, count.index)
  vpn_gateway_id = element(concat(aws_vpn_gateway.this[*].id, aws_vpn_gateway_attachment.this[*].vpn_gateway_id), count.index)
}

# at: manage_default_vpc
resource "aws_default_vpc" "this" {
  count = var.manage_default_vpc ? 1 : 0
}

# at: manage_default_security_group
resource "aws_default_security_group" "this" {
  count = local.create_vpc && var.manage_default_security_group ? 1 : 0

  vpc_id = aws_vpc.this[0].id

  # Addresses come as one string, with commas between them.
  ingress = [for rule in var.default_security_group_ingress : {
    protocol         = try(rule.protocol, "-1")
    from_port        = try(rule.from_port, 0)
    to_port          = try(rule.to_port, 0)
    cidr_blocks      = compact(split(",", try(rule.cidr_blocks, "")))
    ipv6_cidr_blocks = compact(split(",", try(rule.ipv6_cidr_blocks, "")))
    prefix_list_ids  = compact(split(",", try(rule.prefix_list_ids, "")))
  }]

  egress = [for rule in var.default_security_group_egress : {
    protocol         = try(rule.protocol, "-1")
    from_port        = try(rule.from_port, 0)
    to_port          = try(rule.to_port, 0)
    cidr_blocks      = compact(split(",", try(rule.cidr_blocks, "")))
    ipv6_cidr_blocks = compact(split(",", try(rule.ipv6_cidr_blocks, "")))
    prefix_list_ids  = compact(split(",", try(rule.prefix_list_ids, "")))
  }]
}

# at: manage_default_network_acl
resource "aws_default_network_acl" "this" {
  count = local.create_vpc && var.manage_default_network_acl ? 1 : 0

  default_network_acl_id = aws_vpc.this[0].default_network_acl_id
  subnet_ids             = var.default_network_acl_takes_subnets ? setsubtract(flatten(values(local.subnet_ids)), local.subnets_with_acl) : null

  dynamic "ingress" {
    for_each = var.default_network_acl_ingress
    content {
      rule_no         = ingress.value.rule_no
      action          = ingress.value.action
      protocol        = ingress.value.protocol
      from_port       = ingress.value.from_port
      to_port         = ingress.value.to_port
      cidr_block      = lookup(ingress.value, "cidr_block", null)
      ipv6_cidr_block = lookup(ingress.value, "ipv6_cidr_block", null)
    }
  }

  dynamic "egress" {
    for_each = var.default_network_acl_egress
    content {
      rule_no         = egress.value.rule_no
      action          = egress.value.action
      protocol        = egress.value.protocol
      from_port       = egress.value.from_port
      to_port         = egress.value.to_port
      cidr_block      = lookup(egress.value, "cidr_block", null)
      ipv6_cidr_block = lookup(egress.value, "ipv6_cidr_block", null)
    }
  }
}

# at: default_route_table_routes, manage_default_route_table
resource "aws_default_route_table" "default" {
  count = local.create_vpc && var.manage_default_route_table ? 1 : 0

  default_route_table_id = aws_vpc.this[0].default_route_table_id
  propagating_vgws       = var.default_route_table_propagating_vgws

  route = var.default_route_table_routes
}

output "vpc_id" {
  value = try(aws_vpc.this[0].id, null)
}

output "vpc_arn" {
  value = try(aws_vpc.this[0].arn, null)
}

output "vpc_cidr_block" {
  value = try(aws_vpc.this[0].cidr_block, null)
}

output "default_security_group_id" {
  value = try(aws_vpc.this[0].default_security_group_id, null)
}

output "default_network_acl_id" {
  value = try(aws_vpc.this[0].default_network_acl_id, null)
}

output "default_route_table_id" {
  value = try(aws_vpc.this[0].default_route_table_id, null)
}

output "vpc_main_route_table_id" {
  value = try(aws_vpc.this[0].main_route_table_id, null)
}

output "vpc_ipv6_cidr_block" {
  value = try(aws_vpc.this[0].ipv6_cidr_block, null)
}

output "vpc_secondary_cidr_blocks" {
  value = compact(aws_vpc_ipv4_cidr_block_association.this[*].cidr_block)
}

output "vpc_owner_id" {
  value = try(aws_vpc.this[0].owner_id, null)
}

output "vgw_id" {
  value = try(aws_vpn_gateway.this[0].id, aws_vpn_gateway_attachment.this[0].vpn_gateway_id, null)
}

output "default_vpc_id" {
  value = try(aws_default_vpc.this[0].id, null)
}

output "azs" {
  value = var.azs
}

output "name" {
  value = var.name
}
