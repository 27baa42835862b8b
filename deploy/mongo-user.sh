#!/bin/bash
# Runs once, when MongoDB creates its data folder: creates the user that watchpost connects as.
mongosh --quiet admin --eval '
  const secret = (name) => fs.readFileSync(`/run/secrets/${name}`, "utf8").trim();
  db.auth("root", secret("mongo_root_password"));
  db.getSiblingDB("watchpost").createUser({
    user: "watchpost",
    pwd: secret("watchpost_db_password"),
    roles: [{ role: "readWrite", db: "watchpost" }],
  })'
