terraform {
  required_providers {
    tls = {
      source  = "hashicorp/tls"
      version = "~> 4.0"
    }
    gitea = {
      source  = "go-gitea/gitea"
      version = ">= 0.7"
    }
  }
}

provider "gitea" {
  base_url = "https://codeberg.org"
}

# The private key is in the state of Terraform, in plain text: who reads the
# state can push to the deployment repository.
resource "tls_private_key" "deploy" {
  algorithm = "ED25519"

  lifecycle {
    create_before_destroy = true
  }
}

data "gitea_repo" "deploy" {
  username = "acme"
  name     = "deploy"
}

resource "gitea_repository_key" "deploy" {
  repository = data.gitea_repo.deploy.id
  title      = "towpath acme/web"
  key        = trimspace(tls_private_key.deploy.public_key_openssh)
  read_only  = false
}

resource "gitea_repository_actions_secret" "deploy" {
  repository_owner = "acme"
  repository       = "web"
  secret_name      = "DEPLOY_SSH_PRIVATE_KEY"
  secret_value     = tls_private_key.deploy.private_key_openssh
}
