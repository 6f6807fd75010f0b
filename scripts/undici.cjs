// The part of undici that the command needs (scripts/build.mjs). The whole has also fetch, WebSocket, mocks and caches.
const Dispatcher = require('../node_modules/undici/lib/dispatcher/dispatcher');

// As undici's own index.js does.
Object.assign(Dispatcher.prototype, require('../node_modules/undici/lib/api'));
module.exports = { Agent: require('../node_modules/undici/lib/dispatcher/agent') };
