#!/bin/sh
# Tells a service of systemd where its secrets are, then becomes it. LoadCredential=secrets:FOLDER gives each file of the folder as
# secrets_NAME; a file `slack_api_token` there is SLACK_API_TOKEN.
set -eu
for file in "${CREDENTIALS_DIRECTORY:-/nonexistent}"/secrets_*; do
  [ -f "$file" ] || continue
  name=$(basename "$file")
  variable=$(printf '%s' "${name#secrets_}" | tr '[:lower:]' '[:upper:]')
  case $variable in *[!A-Z0-9_]*) continue ;; esac
  export "${variable}_FILE=$file"
done
exec "$@"
