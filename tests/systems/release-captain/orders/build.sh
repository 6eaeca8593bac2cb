#!/bin/sh
# Stands for what builds and pushes the image: that stays as it is.
set -eu
echo "built and pushed $1"
