#!/bin/bash
# Runs once, when MongoDB creates its data folder: creates the user that watchpost connects as.
WATCHPOST_DB_PASSWORD=$(cat /run/secrets/watchpost_db_password)
export WATCHPOST_DB_PASSWORD
mongosh --quiet admin --username "$MONGO_INITDB_ROOT_USERNAME" --password "$MONGO_INITDB_ROOT_PASSWORD" --eval '
  db.getSiblingDB("watchpost").createUser({
    user: "watchpost",
    pwd: process.env.WATCHPOST_DB_PASSWORD,
    roles: [{ role: "readWrite", db: "watchpost" }],
  })'
