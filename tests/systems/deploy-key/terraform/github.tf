terraform {
  required_providers {
    tls = {
      source  = "hashicorp/tls"
      version = "~> 4.0"
    }
    github = {
      source  = "integrations/github"
      version = "~> 6.0"
    }
  }
}

provider "github" {
  owner = "acme"
}

# The private key is in the state of Terraform, in plain text: who reads the
# state can push to the deployment repository.
resource "tls_private_key" "deploy" {
  algorithm = "ED25519"

  lifecycle {
    create_before_destroy = true
  }
}

resource "github_repository_deploy_key" "deploy" {
  repository = "deploy"
  title      = "towpath acme/web"
  key        = trimspace(tls_private_key.deploy.public_key_openssh)
  read_only  = false
}

resource "github_actions_secret" "deploy" {
  repository      = "web"
  secret_name     = "DEPLOY_SSH_PRIVATE_KEY"
  plaintext_value = tls_private_key.deploy.private_key_openssh
}
