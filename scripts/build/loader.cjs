#!/usr/bin/env node
/* global files */
// The file dist/stackward, with `files` before it: the parts of each file (scripts/build.mjs). A part is a function, so a
// run evaluates the parts that it needs. Beside a file lies the code that V8 compiled of it while the build ran. No run
// writes that code. V8 refuses it where it has other flags, and compiles the file then.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

const fileOf = new Map(Object.entries(files).flatMap(([file, parts]) => parts.map((part) => [part, file])));
const functions = {};
const modules = {};

/** V8 trusts code that a disk has spoiled, and hangs. So a checksum follows the code. */
function compiledBefore(file) {
  try {
    const bytes = readFileSync(join(__dirname, `${file}.${process.version}-${process.arch}.v8`));
    const code = bytes.subarray(0, -4);
    return crc32(code) === bytes.readUInt32LE(code.length) ? code : undefined;
  } catch {
    return undefined;
  }
}

function load(name) {
  if (modules[name]) return modules[name].exports;
  if (!functions[name]) {
    const file = fileOf.get(name);
    // A build's text is ASCII. Compiled code keeps the file's name, so the name holds no folder.
    const text = readFileSync(join(__dirname, file), 'latin1');
    const script = new Script(text, { filename: file, cachedData: compiledBefore(file) });
    Object.assign(functions, script.runInThisContext());
  }
  const module = (modules[name] = { exports: {} });
  functions[name](module.exports, requirePart, module, __dirname);
  return module.exports;
}

const requirePart = (name) => (fileOf.has(name) ? load(name) : require(name));

load('./stackward.cjs');
