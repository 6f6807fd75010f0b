// The optimizing compiler took a fifth of the suites' time. Each suite loads its modules anew and ends before optimized code
// pays, so a function is optimized after fifteen times the usual work (67,584 bytes of bytecode).
require('node:v8').setFlagsFromString('--interrupt-budget=1000000');
