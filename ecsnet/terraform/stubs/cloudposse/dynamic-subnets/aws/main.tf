variable "enabled" {
  type    = bool
  default = null
}

variable "context" {
  default = {}
}

variable "tags" {
  type    = map(string)
  default = {}
}

locals {
  enabled = var.enabled == null ? try(var.context.enabled == null ? true : var.context.enabled, true) : var.enabled
}

variable "vpc_id" {
  type = string
}

variable "igw_id" {
  type    = list(string)
  default = []
}

variable "ipv6_egress_only_igw_id" {
  type    = list(string)
  default = []
}

variable "max_subnet_count" {
  type    = number
  default = 0
}

variable "max_nats" {
  type    = number
  default = 999
}

variable "private_subnets_enabled" {
  type    = bool
  default = true
}

variable "public_subnets_enabled" {
  type    = bool
  default = true
}

variable "ipv4_enabled" {
  type    = bool
  default = true
}

variable "ipv6_enabled" {
  type    = bool
  default = false
}

variable "availability_zones" {
  type    = list(string)
  default = []
}

variable "availability_zone_ids" {
  type    = list(string)
  default = []
}

variable "nat_gateway_enabled" {
  type    = bool
  default = null
}

variable "nat_instance_enabled" {
  type    = bool
  default = null
}

variable "nat_elastic_ips" {
  type    = list(string)
  default = []
}

variable "nat_gateway_public_subnet_indices" {
  type    = list(number)
  default = [0]
}

variable "nat_gateway_public_subnet_names" {
  type    = list(string)
  default = null
}

variable "map_public_ip_on_launch" {
  type    = bool
  default = true
}

variable "private_dns64_nat64_enabled" {
  type    = bool
  default = null
}

variable "public_dns64_nat64_enabled" {
  type    = bool
  default = false
}

variable "private_open_network_acl_enabled" {
  type    = bool
  default = true
}

variable "public_open_network_acl_enabled" {
  type    = bool
  default = true
}

variable "private_route_table_enabled" {
  type    = bool
  default = true
}

variable "public_route_table_ids" {
  type    = list(string)
  default = []
}

variable "public_route_table_enabled" {
  type    = bool
  default = true
}

variable "public_route_table_per_subnet_enabled" {
  type    = bool
  default = null
}

variable "subnets_per_az_count" {
  type    = number
  default = 1
}

variable "public_subnets_per_az_count" {
  type    = number
  default = null
}

variable "private_subnets_per_az_count" {
  type    = number
  default = null
}

variable "subnets_per_az_names" {
  type    = list(string)
  default = ["common"]
}

variable "public_subnets_per_az_names" {
  type    = list(string)
  default = null
}

data "aws_availability_zones" "default" {
  count = local.on ? 1 : 0
}

locals {
  on       = local.enabled && (var.public_subnets_enabled || var.private_subnets_enabled) && (var.ipv4_enabled || var.ipv6_enabled)
  public   = local.on && var.public_subnets_enabled
  private  = local.on && var.private_subnets_enabled
  public4  = local.public && var.ipv4_enabled
  public6  = local.public && var.ipv6_enabled
  private4 = local.private && var.ipv4_enabled
  private6 = local.private && var.ipv6_enabled

  by_id    = try(zipmap(data.aws_availability_zones.default[0].zone_ids, data.aws_availability_zones.default[0].names), {})
  possible = length(var.availability_zone_ids) > 0 ? [for id in var.availability_zone_ids : local.by_id[id]] : length(var.availability_zones) > 0 ? var.availability_zones : sort(data.aws_availability_zones.default[0].names)
  zones    = !local.on ? [] : var.max_subnet_count == 0 || var.max_subnet_count >= length(local.possible) ? local.possible : slice(local.possible, 0, var.max_subnet_count)

  public_per_zone  = coalesce(var.public_subnets_per_az_count, var.subnets_per_az_count)
  private_per_zone = coalesce(var.private_subnets_per_az_count, var.subnets_per_az_count)
  public_zones     = local.public ? flatten([for zone in local.zones : [for i in range(local.public_per_zone) : zone]]) : []
  private_zones    = local.private ? flatten([for zone in local.zones : [for i in range(local.private_per_zone) : zone]]) : []

  public_dns64   = local.public6 && var.public_dns64_nat64_enabled
  private_dns64  = local.private6 && (var.private_dns64_nat64_enabled == null ? local.public4 : var.private_dns64_nat64_enabled)
  own_tables     = local.public && var.public_route_table_enabled && length(var.public_route_table_ids) == 0
  table_each     = var.public_route_table_per_subnet_enabled == null ? local.public_dns64 : var.public_route_table_per_subnet_enabled
  public_tables  = !local.public ? 0 : length(var.public_route_table_ids) > 0 ? length(var.public_route_table_ids) : !var.public_route_table_enabled ? 0 : local.table_each ? length(local.public_zones) : 1
  public_ids     = local.own_tables ? aws_route_table.public[*].id : var.public_route_table_ids
  private_tables = var.private_route_table_enabled ? length(local.private_zones) : 0

  public_names = var.public_subnets_per_az_names == null ? var.subnets_per_az_names : var.public_subnets_per_az_names
  nat_indices  = var.nat_gateway_public_subnet_names == null ? var.nat_gateway_public_subnet_indices : [for name in var.nat_gateway_public_subnet_names : index(local.public_names, name)]
  nat_useful   = local.private4 || local.public_dns64 || local.private_dns64
  nat_subnets  = local.nat_useful ? flatten([for zone in range(min(length(local.zones), var.max_nats)) : [for i in local.nat_indices : zone * local.public_per_zone + i if i >= 0 && i < local.public_per_zone]]) : []
  nats         = length(local.nat_subnets)
  by_zone      = length(local.nat_indices)
  wants        = var.nat_gateway_enabled == null ? var.nat_instance_enabled != true : var.nat_gateway_enabled
  gateways     = local.nat_useful && local.wants
  instances    = local.private4 && !local.wants && var.nat_instance_enabled == true
  nat_of       = [for i in range(local.private_tables) : (floor(i / local.private_per_zone) * local.by_zone + (i % local.private_per_zone) % local.by_zone) % local.nats]
}

# at: public_subnets_enabled, availability_zones, availability_zone_ids, max_subnet_count
resource "aws_subnet" "public" {
  count = length(local.public_zones)

  vpc_id                          = var.vpc_id
  availability_zone               = local.public_zones[count.index] # at: availability_zones, availability_zone_ids
  cidr_block                      = local.public4 ? element(local.cidrs4.public, count.index) : null
  ipv6_cidr_block                 = local.public6 ? element(local.cidrs6.public, count.index) : null
  assign_ipv6_address_on_creation = local.public6 ? var.public_assign_ipv6_address_on_creation : null
  enable_dns64                    = local.public6 ? local.public_dns64 : null
  ipv6_native                     = local.public6 && !local.public4
  map_public_ip_on_launch         = local.public4 ? var.map_public_ip_on_launch : null
  tags                            = { Name = module.undescribed.public_name }
}

# at: public_route_table_enabled
resource "aws_route_table" "public" {
  count = local.own_tables ? local.public_tables : 0

  vpc_id = var.vpc_id
}

# at: public_route_table_enabled
resource "aws_route_table_association" "public" {
  count = var.public_route_table_enabled ? length(local.public_zones) : 0

  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = element(local.public_ids, count.index)
}

# at: private_subnets_enabled, availability_zones, availability_zone_ids, max_subnet_count
resource "aws_subnet" "private" {
  count = length(local.private_zones)

  vpc_id                          = var.vpc_id
  availability_zone               = local.private_zones[count.index] # at: availability_zones, availability_zone_ids
  cidr_block                      = local.private4 ? local.cidrs4.private[count.index] : null
  ipv6_cidr_block                 = local.private6 ? local.cidrs6.private[count.index] : null
  assign_ipv6_address_on_creation = local.private6 ? var.private_assign_ipv6_address_on_creation : null
  enable_dns64                    = local.private6 ? local.private_dns64 : null
  ipv6_native                     = local.private6 && !local.private4
  tags                            = { Name = module.undescribed.private_name }
}

# at: private_route_table_enabled
resource "aws_route_table" "private" {
  count = local.private_tables

  vpc_id = var.vpc_id
}

# at: private_route_table_enabled
resource "aws_route_table_association" "private" {
  count = var.private_route_table_enabled ? length(local.private_zones) : 0

  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = element(aws_route_table.private[*].id, count.index)
}

module "undescribed" {
  source = "undescribed: how names are put together"
}

# at: igw_id
resource "aws_route" "public" {
  count = local.public4 && length(var.igw_id) > 0 ? local.public_tables : 0

  route_table_id         = local.public_ids[count.index]
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = var.igw_id[0]
}

# at: igw_id
resource "aws_route" "public6" {
  count = local.public6 && length(var.igw_id) > 0 ? local.public_tables : 0

  route_table_id              = local.public_ids[count.index]
  destination_ipv6_cidr_block = "::/0"
  gateway_id                  = var.igw_id[0]
}

# at: ipv6_egress_only_igw_id
resource "aws_route" "private6" {
  count = local.private6 && length(var.ipv6_egress_only_igw_id) > 0 ? local.private_tables : 0

  route_table_id              = aws_route_table.private[count.index].id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = var.ipv6_egress_only_igw_id[0]
}

# at: nat_gateway_enabled, max_nats
resource "aws_route" "nat4" {
  count = local.gateways && local.private4 ? local.private_tables : 0

  route_table_id         = aws_route_table.private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.default[local.nat_of[count.index]].id # at: max_nats, nat_gateway_enabled
}

# at: nat_gateway_enabled
resource "aws_route" "private_nat64" {
  count = local.gateways && local.private_dns64 ? local.private_tables : 0

  route_table_id              = aws_route_table.private[count.index].id
  destination_ipv6_cidr_block = "64:ff9b::/96"
  nat_gateway_id              = aws_nat_gateway.default[local.nat_of[count.index]].id
}

# at: nat_instance_enabled
resource "aws_route" "nat_instance" {
  count = local.instances ? local.private_tables : 0

  route_table_id         = aws_route_table.private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  network_interface_id   = aws_instance.nat_instance[local.nat_of[count.index]].primary_network_interface_id
}

# at: nat_elastic_ips
resource "aws_eip" "default" {
  count = (local.gateways || local.instances) && length(var.nat_elastic_ips) == 0 ? local.nats : 0
}

data "aws_eip" "nat" {
  count = local.gateways || local.instances ? length(var.nat_elastic_ips) : 0

  public_ip = var.nat_elastic_ips[count.index]
}

# at: max_nats, nat_gateway_enabled
resource "aws_nat_gateway" "default" {
  count = local.gateways ? local.nats : 0

  allocation_id = length(var.nat_elastic_ips) == 0 ? aws_eip.default[count.index].id : data.aws_eip.nat[count.index].id # at: nat_elastic_ips
  subnet_id     = aws_subnet.public[local.nat_subnets[count.index]].id                                                  # at: nat_gateway_public_subnet_indices, max_nats, nat_gateway_enabled
}

# at: nat_instance_enabled
resource "aws_security_group" "nat_instance" {
  count = local.instances ? 1 : 0

  vpc_id = var.vpc_id
}

# at: max_nats, nat_instance_enabled
resource "aws_instance" "nat_instance" {
  count = local.instances ? local.nats : 0

  subnet_id                   = aws_subnet.public[local.nat_subnets[count.index]].id
  vpc_security_group_ids      = [aws_security_group.nat_instance[0].id]
  associate_public_ip_address = true
  source_dest_check           = false
}

output "availability_zones" {
  value = local.zones
}

output "public_subnet_ids" {
  value = aws_subnet.public[*].id
}

output "private_subnet_ids" {
  value = aws_subnet.private[*].id
}

output "public_subnet_arns" {
  value = aws_subnet.public[*].arn
}

output "private_subnet_arns" {
  value = aws_subnet.private[*].arn
}

output "public_route_table_ids" {
  value = aws_route_table.public[*].id
}

output "private_route_table_ids" {
  value = aws_route_table.private[*].id
}

output "nat_gateway_ids" {
  value = aws_nat_gateway.default[*].id
}

output "nat_instance_ids" {
  value = aws_instance.nat_instance[*].id
}
