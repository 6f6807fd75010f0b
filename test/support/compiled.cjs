// V8 compiles less in jest's workers. Each suite loads its modules anew and ends soon, so compiling took a third of the
// processor time of short suites.
const { setFlagsFromString } = require('node:v8');
const vm = require('node:vm');

// A function is optimized after fifteen times the usual work (67,584 bytes of bytecode).
setFlagsFromString('--interrupt-budget=1000000');

const known = new Map();

// Jest compiles each module by `compileFunction`, for which V8 keeps nothing. The next suite of this process that loads the
// same module gets what was compiled before.
vm.compileFunction = (body, parameters, { parsingContext, ...options }) => {
  let compiled = known.get(options.filename);
  if (compiled?.body !== body) {
    const script = new vm.Script(`(function (${parameters.join()}) {${body}\n})`, options);
    compiled = { body, script };
    known.set(options.filename, compiled);
  }
  const { script } = compiled;
  return parsingContext === globalThis ? script.runInThisContext() : script.runInContext(parsingContext);
};
