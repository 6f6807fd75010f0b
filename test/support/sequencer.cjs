// Suites that wait start first. On the lab most of a suite's time is OpenStack's (one suite: 23 of 189 s are computed here), so such
// a suite shares two cores well, and left for the end it runs alone. Within a project jest's own order holds: longest first.
const Sequencer = require('@jest/test-sequencer').default;

const first = 'acceptance';

class LabFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const isFirst = (test) => test.context.config.displayName?.name === first;
    return [...sorted.filter(isFirst), ...sorted.filter((test) => !isFirst(test))];
  }
}
module.exports = LabFirst;
