// The last line of a run, in a form that any reader of logs knows: "N passed, N failed". Jest's own summary comes after every
// reporter's, so the line waits for the process to end. The line before it says what `npm test` left out (scripts/test.mjs), so
// that nobody takes this run for a proof of every suite.
class SummaryReporter {
  onRunComplete(_, results) {
    const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests, numTodoTests, testResults } = results;
    // A suite that could not start has no test to count.
    const broken = testResults.filter((suite) => suite.testExecError && suite.testResults.length === 0).length;
    const skipped = numPendingTests + numTodoTests;
    this.refused =
      process.env.CI && skipped > 0 ? new Error(`${skipped} tests were skipped; CI allows none`) : undefined;
    const leftOut = process.env.STACKWARD_LEFT_OUT;
    process.once('exit', () =>
      console.log(
        `\n${leftOut ? `${leftOut}\n` : ''}${numPassedTests} passed, ${numFailedTests + Math.min(broken, numFailedTestSuites)} failed${skipped ? `, ${skipped} skipped` : ''}`,
      ),
    );
  }

  getLastError() {
    return this.refused;
  }
}
module.exports = SummaryReporter;
