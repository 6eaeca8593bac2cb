#!/usr/bin/env bash
# Sets tags in a real git repository, once through the launcher and once with
# plain `wasmtime run`, and shows what was committed. Nothing leaves this
# machine, and nothing stays on it.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

readonly WASMTIME=48.0.8
readonly TOKEN=demo-token
wasmtime=${TOWPATH_TOOLS:-$HOME/.cache/towpath/tools}/wasmtime-$WASMTIME/bin/wasmtime
project=$PWD
work=$(mktemp -d)
servers=()
readonly wasmtime project work

main() {
  trap finish EXIT
  title 'Building the launcher and the component'
  build
  title 'A deployment repository on a git server'
  make_repository
  serve
  printf '\nserving %s, which wants the token in TOWPATH_TOKEN\n' "$url"
  with_the_launcher
  with_wasmtime
  title 'The history of the deployment repository'
  git -C "$work/deploy.git" log --format='%h %an: %s' main
}

title() { printf '\n\033[1m# %s\033[0m\n\n' "$1"; }

# Shows a command as one would type it, and runs it.
run() {
  printf '$'
  printf ' %s' "${@//$work\//}"
  printf '\n'
  "$@"
}

finish() {
  local pid
  for pid in "${servers[@]}"; do
    kill "$pid" 2>/dev/null || :
    wait "$pid" 2>/dev/null || :
  done
  rm -rf -- "$work"
}

# A launcher and a component that are there already are named by the tests.
build() {
  mkdir -- "$work/bin"
  [ -n "${TOWPATH_BIN:-}" ] || cargo build --locked --quiet --package towpath
  ln -s -- "${TOWPATH_BIN:-$project/target/debug/towpath}" "$work/bin/towpath"
  cp -- "${TOWPATH_WASM:-$(packaging/component.sh)}" "$work/towpath.wasm"
  PATH=$work/bin:$PATH
}

make_repository() {
  export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
  export GIT_AUTHOR_NAME='Jo Doe' GIT_AUTHOR_EMAIL=jo@shop.example
  export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
  cp -r tests/samples/shop "$work/start"
  git -C "$work/start" init --quiet -b main
  git -C "$work/start" add .
  git -C "$work/start" commit --quiet -m 'Deploy the shop'
  git clone --quiet --bare "$work/start" "$work/deploy.git"
  git -C "$work/deploy.git" config http.receivepack true
  git -C "$work/deploy.git" config uploadpack.allowFilter true
  (cd "$work/start" && find apps -type f | sort)
}

# Starts nginx and git's own backend on a free port of this machine.
serve() {
  local port=20080 log=$work/nginx.log
  PATH=$PATH:/usr/sbin:/sbin
  printf 'git:{PLAIN}%s\n' "$TOKEN" >"$work/accounts"
  fcgiwrap -f -s "unix:$work/git.sock" &
  servers+=("$!")
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  nginx_configuration "$port" >"$work/nginx.conf"
  nginx -p "$work" -e "$log" -c "$work/nginx.conf" &
  servers+=("$!")
  url=http://127.0.0.1:$port/deploy.git
  local tries
  for ((tries = 0; tries < 200; tries++)); do
    [ -S "$work/git.sock" ] && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
    sleep 0.05
  done
  cat -- "$log" >&2
  return 1
}

nginx_configuration() {
  cat <<CONFIGURATION
user $(id -un);
daemon off;
pid nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen 127.0.0.1:$1;
    auth_basic git;
    auth_basic_user_file $work/accounts;
    location / {
      fastcgi_pass unix:$work/git.sock;
      fastcgi_param SCRIPT_FILENAME $(git --exec-path)/git-http-backend;
      fastcgi_param GIT_PROJECT_ROOT $work;
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param PATH_INFO \$document_uri;
      fastcgi_param QUERY_STRING \$query_string;
      fastcgi_param REQUEST_METHOD \$request_method;
      fastcgi_param CONTENT_TYPE \$content_type;
      fastcgi_param CONTENT_LENGTH \$content_length;
      fastcgi_param REMOTE_USER \$remote_user;
    }
  }
}
CONFIGURATION
}

with_the_launcher() {
  title 'A new tag for web in dev, through the launcher'
  TOWPATH_TOKEN=$TOKEN TOWPATH_USERNAME=git run towpath set --repo "$url" \
    --image registry.example/shop/web:1.5.0 \
    --file apps/web/overlays/dev/kustomization.yaml --environment dev
  printf '\nThe commit on the server:\n\n'
  run git -C "$work/deploy.git" show --format=fuller main
  title 'The same again: nothing to do'
  TOWPATH_TOKEN=$TOKEN TOWPATH_USERNAME=git run towpath set --repo "$url" \
    --image registry.example/shop/web:1.5.0 \
    --file apps/web/overlays/dev/kustomization.yaml --environment dev
}

with_wasmtime() {
  title 'A new tag for api in dev, with wasmtime run in a clone'
  git clone --quiet "$work/deploy.git" "$work/clone"
  cd -- "$work/clone"
  printf '$ wasmtime run --dir . towpath.wasm set --image registry.example/shop/api:2.1.0 --file apps/api/values/dev.yaml\n'
  "$wasmtime" run --dir . "$work/towpath.wasm" set \
    --image registry.example/shop/api:2.1.0 --file apps/api/values/dev.yaml
  printf '\nThe component reaches the files and no network; git does the rest:\n\n'
  run git commit --quiet --all --message 'Set api 2.1.0 in dev'
  run git push --quiet
  run git -C "$work/deploy.git" show main
  cd -- "$project"
}

main "$@"
