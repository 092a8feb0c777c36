output "cluster_arn" {
  description = "The cluster"
  value       = aws_ecs_cluster.this.arn
}

output "listener_arn" {
  description = "Listener that services add rules to"
  value       = aws_lb_listener.https.arn
}

output "load_balancer_security_group_id" {
  description = "Where the traffic of tasks comes from"
  value       = aws_security_group.load_balancer.id
}
