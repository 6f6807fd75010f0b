// An environment for suites that change nothing of their process. All suites of a worker run in its own realm, so they can
// share packages (one-realm-runtime.cjs), and V8 finds `Map` or `Object` without a look into a sandbox. What a suite leaves in
// the process all the same is put back after it.
require('./compiled.cjs');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/** Each suite has its own handlers; jest keeps them here. */
const handlers = Symbol.for('EVENT_HANDLERS');

module.exports = class OneRealm {
  constructor({ projectConfig }) {
    this.global = globalThis;
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    const { env, exit, exitCode } = process;
    this.before = { console, env: { ...env }, exit, exitCode };
  }

  setup() {}

  teardown() {
    this.fakeTimersModern.dispose();
    const { console, env, exit, exitCode } = this.before;
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
