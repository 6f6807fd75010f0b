// An environment in which all suites of a worker run in its own realm, so they can share packages (one-realm-runtime.cjs), and V8
// finds `Map` or `Object` without a look into a sandbox. What a suite leaves in the process, such as a PATH of its own, is put
// back after it.
require('./compiled.cjs');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/** Each suite has its own handlers; jest keeps them here. */
const handlers = Symbol.for('EVENT_HANDLERS');

/** Of signals and the exit. The command has some, and tests run parts of it. */
const listenersOfProcess = () => new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));

module.exports = class OneRealm {
  constructor({ projectConfig }) {
    this.global = globalThis;
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    const { env, exit, exitCode } = process;
    this.before = { console, env: { ...env }, exit, exitCode, listeners: listenersOfProcess() };
  }

  setup() {}

  teardown() {
    this.fakeTimersModern.dispose();
    // A test that fails may have left the clock of the realm to a spy.
    this.moduleMocker.restoreAllMocks();
    const { console, env, exit, exitCode, listeners } = this.before;
    for (const [name, added] of listenersOfProcess())
      for (const listener of added) if (!listeners.get(name)?.includes(listener)) process.off(name, listener);
    globalThis.console = console;
    for (const name of Object.keys(process.env)) if (!(name in env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, env);
    Object.assign(process, { exit, exitCode });
    Reflect.deleteProperty(globalThis, handlers);
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return globalThis;
  }
};
