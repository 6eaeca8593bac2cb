variable "code_project" { type = string }
variable "deployment_project" { type = string }

resource "tls_private_key" "deploy" {
  algorithm = "ED25519"
}

resource "gitlab_deploy_key" "deploy" {
  project  = var.deployment_project
  title    = "Deploy key of ${var.code_project}"
  key      = tls_private_key.deploy.public_key_openssh
  can_push = true
}

resource "gitlab_project_variable" "deploy" {
  project       = var.code_project
  key           = "DEPLOY_SSH_PRIVATE_KEY"
  value         = tls_private_key.deploy.private_key_openssh
  variable_type = "file"
}
