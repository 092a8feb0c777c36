locals {
  gateways = var.single_nat_gateway ? { for zone, index in local.zones : zone => index if index == 0 } : local.zones
}

resource "aws_eip" "nat" {
  for_each = local.gateways

  domain = "vpc"
  tags   = merge(var.tags, { Name = "${var.name}-nat-${each.key}" })
}

resource "aws_nat_gateway" "this" {
  for_each = local.gateways

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })

  depends_on = [aws_internet_gateway.this]
}
