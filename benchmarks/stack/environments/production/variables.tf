variable "region" {
  description = "Where everything is"
  type        = string
  default     = "eu-central-1"
}

variable "image_tag" {
  description = "Release to run"
  type        = string
  default     = "latest"
}

variable "office_cidr_blocks" {
  description = "Addresses of the office"
  type        = list(string)
  default     = ["198.51.100.0/24", "203.0.113.0/24"]
}
