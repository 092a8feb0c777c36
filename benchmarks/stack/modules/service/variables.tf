variable "name" {
  description = "Name of the service"
  type        = string
}

variable "cluster_arn" {
  description = "Cluster that runs it"
  type        = string
}

variable "vpc_id" {
  description = "VPC of the tasks"
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the tasks"
  type        = list(string)
}

variable "listener_arn" {
  description = "Listener of the load balancer"
  type        = string
}

variable "load_balancer_security_group_id" {
  description = "Where its traffic comes from"
  type        = string
}

variable "image" {
  description = "Container image"
  type        = string
}

variable "paths" {
  description = "Paths that the load balancer sends here"
  type        = list(string)
}

variable "port" {
  description = "Port of the container"
  type        = number
  default     = 8080
}

variable "cpu" {
  description = "CPU units of a task"
  type        = number
  default     = 256
}

variable "memory" {
  description = "MiB of a task"
  type        = number
  default     = 512
}

variable "desired_count" {
  description = "Tasks"
  type        = number
  default     = 2
}

variable "health_check_path" {
  description = "Path that answers when all is well"
  type        = string
  default     = "/health"
}

variable "environment" {
  description = "Environment of the container"
  type        = map(string)
  default     = {}
}

variable "debug_cidr_blocks" {
  description = "Who may attach a debugger"
  type        = list(string)
  default     = []
}

variable "secret_arns" {
  description = "Secrets that tasks may read"
  type        = list(string)
  default     = []
}

variable "tags" {
  description = "Tags of everything"
  type        = map(string)
  default     = {}
}
