terraform {
  required_providers {
    tls = {
      source  = "hashicorp/tls"
      version = "~> 4.0"
    }
    gitlab = {
      source  = "gitlabhq/gitlab"
      version = ">= 17.0"
    }
  }
}

# The private key is in the state of Terraform, in plain text: who reads the
# state can push to the deployment repository.
resource "tls_private_key" "deploy" {
  algorithm = "ED25519"

  lifecycle {
    create_before_destroy = true
  }
}

resource "gitlab_deploy_key" "deploy" {
  project  = "acme/deploy"
  title    = "towpath acme/web"
  key      = trimspace(tls_private_key.deploy.public_key_openssh)
  can_push = true
}

resource "gitlab_project_variable" "deploy" {
  project       = "acme/web"
  key           = "DEPLOY_SSH_PRIVATE_KEY"
  value         = tls_private_key.deploy.private_key_openssh
  variable_type = "file"
  protected     = false
  masked        = false
  raw           = true
}
