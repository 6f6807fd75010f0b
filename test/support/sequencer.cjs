// Suites that wait start first. On the lab most of a suite's time is OpenStack's (one suite: 23 of 189 s are computed here), so such
// a suite shares two cores well, and left for the end it runs alone. Without times of an earlier run jest starts small files
// last, and some suites of the lab are small files. Otherwise jest's own order holds: longest first.
const { existsSync, readFileSync } = require('node:fs');
const Sequencer = require('@jest/test-sequencer').default;

const acceptance = 'acceptance';
const helpersOfTheLab = /\/support\/(lab-|own-compute|dead-compute|stuck-servers)/;

class LabFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const onLab = new Set(sorted.filter(isOnLab));
    return [...onLab, ...sorted.filter((test) => !onLab.has(test))];
  }
}

/** Jest itself says which suite that somebody named is missing. */
function isOnLab({ context, path }) {
  if (context.config.displayName?.name === acceptance) return true;
  return existsSync(path) && helpersOfTheLab.test(readFileSync(path, 'utf8'));
}

module.exports = LabFirst;
