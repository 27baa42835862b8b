#!/bin/sh
# Makes deploy/secrets, with a file for each secret that compose.yaml names, and deploy/files, for files of settings. Passwords of the
# stores, keys, and the console's password are drawn; tokens are left empty, which counts as unset: put yours in. What is there already
# stays as it is; only what must be drawn and is empty is made again.
set -eu
# Containers read these folders and files as their own user, whatever the shell's umask is.
umask 022
cd "$(dirname "$0")"
# Whoever may not enter the folder reads no file in it; a container is given single files, and reads them as its own user.
mkdir -p secrets/destinations files
chmod 700 secrets

# write NAME VALUE: all of it, or nothing, also where this is stopped or the disk is full.
new=secrets/.new.$$
trap 'rm -f "$new"' EXIT
write() {
  printf '%s' "$2" >"$new"
  mv "$new" "secrets/$1"
}

# has NAME: whether there is such a secret. One of white space alone counts as unset. One that cannot be read may be another user's, or a folder
# that Docker has made because there was no such file.
has() {
  [ -e "secrets/$1" ] || return 1
  if ! text=$(tr -d '[:space:]' <"secrets/$1"); then
    echo "make-secrets.sh: secrets/$1 cannot be read: run this as root, or as whoever may read it; if it is an empty folder, remove that" >&2
    exit 1
  fi
  [ -n "$text" ]
}

# draw NAME BYTES [FOLLOWS …]: a secret of so many random bytes, as hexadecimal digits, unless there is one. What follows from it is
# removed first: where this is stopped in between, it is made again all the same.
draw() {
  ! has "$1" || return 0
  drawn=$(od -An -N "$2" -tx1 /dev/urandom | tr -d ' \n')
  if [ ${#drawn} -ne $(($2 * 2)) ]; then
    echo "make-secrets.sh: /dev/urandom gave too few bytes for secrets/$1; run it again" >&2
    exit 1
  fi
  name=$1
  shift 2
  for follows in "$@"; do rm -f "secrets/$follows"; done
  write "$name" "$drawn"
}

# derive NAME VALUE: what follows from other secrets, unless there is one.
derive() { has "$1" || write "$1" "$2"; }

draw redis_password 24 redis_users redis_url
derive redis_users "user default on >$(cat secrets/redis_password) ~* &* +@all"
derive redis_url "redis://:$(cat secrets/redis_password)@redis:6379"
# MongoDB makes its user once: with the password of then.
is_other=no
if has mongo_connection_string && ! has watchpost_db_password; then is_other=yes; fi
draw mongo_root_password 24
draw watchpost_db_password 24 mongo_connection_string
derive mongo_connection_string "mongodb://watchpost:$(cat secrets/watchpost_db_password)@mongo:27017/watchpost?replicaSet=rs0"
draw message_key 32
draw quarantine_key 32
draw console_password 12
for token in slack_api_token slack_signing_secret slack_verification_token slack_user_token slack_app_token telegram_bot_token \
  telegram_webhook_secret quotes_token smtp_url schedule_secrets console_tokens; do
  has "$token" || [ -e "secrets/$token" ] || write "$token" ''
done
echo "deploy/secrets is ready: put your tokens into its files, such as secrets/slack_api_token. The console's password is in secrets/console_password."
if [ $is_other = yes ]; then
  cat >&2 <<'END'
make-secrets.sh: secrets/watchpost_db_password was empty and is another one now. If MongoDB has run already, give it to its user:
  docker compose exec mongo mongosh --quiet admin --eval 'const secret = (name) => fs.readFileSync(`/run/secrets/${name}`, "utf8").trim();
    db.auth("root", secret("mongo_root_password")); db.getSiblingDB("watchpost").updateUser("watchpost", { pwd: secret("watchpost_db_password") })'
END
fi
