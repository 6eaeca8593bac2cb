#!/bin/sh
export TOWPATH_REPO=https://github.com/acme/manifests.git

# What runs where?
towpath status

# Cut the release: a tag on the branch that develop follows.
towpath release 2.7.0

# Point staging at it.
towpath promote --to staging --revision release/2.7.0

# When the tests are green, point production at the very same tag.
towpath promote --to production

# Production goes back to what it ran before.
towpath rollback --environment production --reason 'orders are slow'

# The board, as a page.
towpath status --html board.html
