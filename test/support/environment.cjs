// Jest's environment for Node.js, in which V8 compiles less. Each suite loads its modules anew and ends soon, so compiling
// took a third of the processor time of short suites.
const { setFlagsFromString } = require('node:v8');
const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

// A function is optimized after fifteen times the usual work (67,584 bytes of bytecode).
setFlagsFromString('--interrupt-budget=1000000');

// Jest compiles each module by `compileFunction`, for which V8 keeps nothing. It keeps what it compiled of a script, so the
// next suite of this process that loads the same module need not compile it.
vm.compileFunction = (body, parameters, { parsingContext, ...options }) =>
  new vm.Script(`(function (${parameters.join()}) {${body}\n})`, options).runInContext(parsingContext);

module.exports = TestEnvironment;
