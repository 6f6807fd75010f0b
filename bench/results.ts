/** Measurements, as a table for people and as one line of JSON. */
export interface Result {
  readonly name: string;
  readonly ours: number;
  readonly other: number;
  /** ours / other; below 1 stackward is faster or smaller. */
  readonly ratio: number;
  readonly unit: string;
}

/** A result with a remark for its reader. */
export interface Measured extends Result {
  readonly against: string;
  /** Upper bound of the ratio, or of `ours` if the target is a number by itself. */
  readonly target?: { readonly of: 'ratio' | 'ours'; readonly atMost: number };
  readonly remark?: string;
}

export const measured = (
  name: string,
  [ours, theirs]: readonly [number, number],
  unit: string,
  against: string,
  more: Pick<Measured, 'target' | 'remark'> = {},
): Measured => ({ name, ours, other: theirs, ratio: ours / theirs, unit, against, ...more });

export const renderJson = (results: readonly Measured[]): string =>
  JSON.stringify({
    results: results.map(({ name, ours, other: theirs, ratio, unit }) => ({ name, ours, other: theirs, ratio, unit })),
  });

const short = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toPrecision(2);

export function renderTable(results: readonly Measured[]): string {
  const rows = results.map(({ name, ours, other: theirs, ratio, unit, against, target, remark }) => [
    name,
    `${short(ours)} ${unit}`,
    `${short(theirs)} ${unit}`,
    `${short(ratio)}×`,
    verdict({ ours, ratio }, target),
    `${against}${remark === undefined ? '' : `; ${remark}`}`,
  ]);
  const all = [['what', 'ours', 'other', 'ratio', 'target', 'other is'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function verdict(value: { ours: number; ratio: number }, target: Measured['target']): string {
  if (!target) return '';
  return `${value[target.of] <= target.atMost ? 'met' : 'MISSED'}: ≤ ${target.atMost}${target.of === 'ratio' ? '×' : ''}`;
}
