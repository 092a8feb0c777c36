module "network" {
  source = "../../modules/network"

  name               = local.name
  cidr_block         = "10.40.0.0/16"
  single_nat_gateway = true
  tags               = local.tags
}
