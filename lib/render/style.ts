/** Colours as a set of functions, so that rendering code never asks whether there is a terminal. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

const same = (text: string): string => text;
export const plain: Style = { bold: same, dim: same, red: same, green: same, yellow: same };

const sgr =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001b[${on}m${text}\u001b[${off}m`;
export const colored: Style = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39),
};

/**
 * Makes output safe for a CI's log: runners take certain text for their own commands. GitHub reads `::add-mask::…` at
 * the start of a line and `##[…` anywhere, Azure `##vso[…`, TeamCity `##teamcity[…`. JSON stays the same data, because
 * `\\u0023` is its own escape for `#`.
 */
export const withoutCommands = (output: string): string =>
  output.replace(/#(?=#(\[|vso\[|teamcity\[))/g, '\\u0023').replace(colonsFirst, '$1\\u003a');

/** Colours at the start of the line are skipped, because runners ignore them. */
// eslint-disable-next-line no-control-regex
const colonsFirst = /^((?:[ \t]|\u001b\[\d+m)*):(?=:)/gm;
