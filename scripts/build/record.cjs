// Runs a built command, and then writes the code that V8 compiled of each of its files.
const { Buffer } = require('node:buffer');
const { renameSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { setImmediate } = require('node:timers');
const vm = require('node:vm');
const { crc32 } = require('node:zlib');

const [command] = process.argv.slice(2);
const runs = [
  ...['plan', 'verify', 'apply'].map((name) => [name, '--manifest', 'm.json']),
  ...['rollback', 'runs', 'review', 'deploy', 'run', 'services', 'broker', 'inventory', 'doctor'].map((name) => [name]),
  ['where', 'nova-compute'],
  ['trace', 'server', 'build'],
];
const scripts = new Map();
const { Script } = vm;
/** The same script for each run, because a script has only the code of functions that ran. */
vm.Script = function (source, options) {
  const script = scripts.get(options.filename) ?? new Script(source, options);
  scripts.set(options.filename, script);
  return script;
};
process.on('beforeExit', () => {
  const args = runs.shift();
  if (args) {
    process.argv = [process.execPath, command, ...args];
    Reflect.deleteProperty(require.cache, command);
    require(command);
    // Node.js comes here again after timers and requests, but not after promises alone.
    setImmediate(() => {});
    return;
  }
  for (const [file, script] of scripts) {
    const code = script.createCachedData();
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(code));
    const path = join(dirname(command), `${file}.${process.version}-${process.arch}.v8`);
    writeFileSync(`${path}.new`, Buffer.concat([code, sum]));
    renameSync(`${path}.new`, path);
  }
  process.exitCode = 0;
});
