variable "enable_nat_gateway" {
  type    = bool
  default = false
}

variable "single_nat_gateway" {
  type    = bool
  default = false
}

variable "one_nat_gateway_per_az" {
  type    = bool
  default = false
}

variable "reuse_nat_ips" {
  type    = bool
  default = false
}

variable "create_private_nat_gateway_route" {
  type    = bool
  default = true
}

variable "create_egress_only_igw" {
  type    = bool
  default = true
}

variable "external_nat_ip_ids" {
  type    = list(string)
  default = []
}

variable "external_nat_ips" {
  type    = list(string)
  default = []
}

# Not inputs: true for versions that count other kinds of subnets, or that make a route for each private subnet.
variable "intra_subnets_counted" {
  type    = bool
  default = false
}

variable "public_subnets_not_counted" {
  type    = bool
  default = false
}

variable "ipv6_routes_per_subnet" {
  type    = bool
  default = false
}

# Not an input: true for versions that make private route tables even without private subnets.
variable "private_tables_always" {
  type    = bool
  default = false
}

variable "nat_gateway_destination_cidr_block" {
  type    = string
  default = "0.0.0.0/0"
}

locals {
  # One for each subnet of the kind that has most; a single or one a zone where that is asked for.
  longest        = max(local.private_count, var.public_subnets_not_counted ? 0 : local.public_count, local.elasticache_count, local.database_count, local.redshift_count, var.intra_subnets_counted ? local.intra_count : 0)
  gateways       = var.single_nat_gateway ? 1 : var.one_nat_gateway_per_az ? length(var.azs) : local.longest
  nat_gateways   = local.create_vpc && var.enable_nat_gateway ? local.gateways : 0
  private_tables = local.create_vpc && local.longest > 0 && (local.private_count > 0 || var.private_tables_always) ? local.gateways : 0
}

# at: enable_nat_gateway
resource "aws_eip" "nat" {
  count = var.reuse_nat_ips ? 0 : local.nat_gateways

  domain = "vpc"
}

# at: single_nat_gateway, one_nat_gateway_per_az, enable_nat_gateway
resource "aws_nat_gateway" "this" {
  count = local.nat_gateways

  allocation_id = element(var.reuse_nat_ips ? var.external_nat_ip_ids : aws_eip.nat[*].id, count.index) # at: external_nat_ip_ids
  subnet_id     = element(aws_subnet.public[*].id, count.index)                                         # at: single_nat_gateway, one_nat_gateway_per_az, public_subnets
  tags          = merge({ Name = "${var.name}-${element(var.azs, count.index)}" }, var.tags)
}

# at: enable_nat_gateway
resource "aws_route" "private_nat_gateway" {
  count = var.create_private_nat_gateway_route ? local.nat_gateways : 0

  route_table_id         = element(aws_route_table.private[*].id, count.index)
  destination_cidr_block = var.nat_gateway_destination_cidr_block
  nat_gateway_id         = element(aws_nat_gateway.this[*].id, count.index) # at: single_nat_gateway, one_nat_gateway_per_az, enable_nat_gateway
}

# at: enable_ipv6
resource "aws_egress_only_internet_gateway" "this" {
  count = local.create_vpc && var.create_egress_only_igw && var.enable_ipv6 && local.longest > 0 ? 1 : 0

  vpc_id = local.vpc_id
}

# at: enable_ipv6
resource "aws_route" "private_ipv6_egress" {
  count = var.create_egress_only_igw && var.enable_ipv6 && local.private_count > 0 ? var.ipv6_routes_per_subnet ? local.private_count : local.gateways : 0

  route_table_id              = element(aws_route_table.private[*].id, count.index)
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = element(aws_egress_only_internet_gateway.this[*].id, 0)
}

# Not an input: false for versions without routes for DNS64.
variable "dns64_routes" {
  type    = bool
  default = true
}

# at: enable_ipv6
resource "aws_route" "private_dns64_nat_gateway" {
  count = var.dns64_routes && var.enable_ipv6 && var.private_subnet_enable_dns64 ? local.nat_gateways : 0

  route_table_id              = element(aws_route_table.private[*].id, count.index)
  destination_ipv6_cidr_block = "64:ff9b::/96"
  nat_gateway_id              = element(aws_nat_gateway.this[*].id, count.index)
}

output "nat_ids" {
  value = aws_eip.nat[*].id
}

output "nat_public_ips" {
  value = var.reuse_nat_ips ? var.external_nat_ips : aws_eip.nat[*].public_ip
}

output "natgw_ids" {
  value = aws_nat_gateway.this[*].id
}

output "private_nat_gateway_route_ids" {
  value = aws_route.private_nat_gateway[*].id
}

output "egress_only_internet_gateway_id" {
  value = try(aws_egress_only_internet_gateway.this[0].id, null)
}
