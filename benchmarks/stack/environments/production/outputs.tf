output "vpc_id" {
  description = "The VPC"
  value       = module.network.vpc_id
}

output "services" {
  description = "Names of the services"
  value       = { for name, service in module.service : name => service.service_name }
}
