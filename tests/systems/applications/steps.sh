#!/bin/sh
export TOWPATH_REPO=https://github.com/acme/message-app-deploy.git

# Another message in staging.
towpath set --environment staging --file manifests/staging/configmap.yaml --key data.MESSAGE --value 'Hello from GitOps'

# An environment for production: other manifests, another Application, another namespace.
towpath env add production --from staging --namespace production

# More copies there, which are production's own.
towpath set --environment production --file manifests/production/deployment.yaml --key spec.replicas --value 3

# The next message, tried in staging.
towpath set --environment staging --file manifests/staging/configmap.yaml --key data.MESSAGE --value 'Hello again'

# The same change in production.
towpath promote --to production

# Everything in production as it was before its last change.
towpath rollback --environment production --whole --reason 'the message is too long'
