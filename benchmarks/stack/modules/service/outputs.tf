output "security_group_id" {
  description = "Security group of the tasks"
  value       = aws_security_group.this.id
}

output "service_name" {
  description = "The service"
  value       = aws_ecs_service.this.name
}
