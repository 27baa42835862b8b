#!/bin/sh
# Makes deploy/secrets: a file for each secret that compose.yaml names. Passwords of the databases, keys, and the console's password are
# drawn; tokens are left empty, which counts as unset: put yours in. What is there already stays as it is.
set -eu
cd "$(dirname "$0")"
# Whoever may not enter the folder reads no file in it; a container is given single files, and reads them as its own user.
mkdir -p secrets
chmod 700 secrets

# draw BYTES: so many random bytes as hexadecimal digits.
draw() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

# keep NAME VALUE: writes the secret unless it is there.
keep() {
  [ -e "secrets/$1" ] || printf '%s' "$2" >"secrets/$1"
  chmod 444 "secrets/$1"
}

keep mongo_root_password "$(draw 24)"
keep watchpost_db_password "$(draw 24)"
keep mongo_connection_string "mongodb://watchpost:$(cat secrets/watchpost_db_password)@mongo:27017/watchpost?replicaSet=rs0"
keep message_key "$(draw 32)"
keep quarantine_key "$(draw 32)"
keep console_password "$(draw 12)"
for token in slack_api_token slack_signing_secret slack_user_token slack_app_token telegram_bot_token telegram_webhook_secret \
  quotes_token smtp_url schedule_secrets; do
  keep "$token" ''
done
chmod u+w secrets/*
echo "deploy/secrets is ready: put your tokens into its files, such as secrets/slack_api_token. The console's password is in secrets/console_password."
