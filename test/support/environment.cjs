// Jest's environment for Node.js: a realm of its own for each suite.
require('./compiled.cjs');
const { TestEnvironment } = require('jest-environment-node');

module.exports = TestEnvironment;
