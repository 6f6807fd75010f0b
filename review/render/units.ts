/** Parts of a page with a bound: each is printed whole, or with fewer rows, or left out and counted. */
import { divideRoom } from './budget';

export interface Unit {
  readonly open: string;
  /** May be left out from the end. */
  readonly rows: readonly string[];
  readonly between: string;
  readonly close: string;
  /** Stands in the place of the rows that are left out. */
  more(rows: number): string;
}

export const solid = (text: string): Unit => ({ open: text, rows: [], between: '', close: '', more: () => '' });

const rowsSize = ({ rows, between }: Unit, number = rows.length): number => {
  let size = 0;
  for (let index = 0; index < number; index++) size += (rows[index]?.length ?? 0) + between.length;
  return size;
};
export const sizeOf = (unit: Unit): number => unit.open.length + rowsSize(unit) + unit.close.length;

/** With no row at all. */
const leastOf = (unit: Unit): number =>
  unit.rows.length === 0
    ? sizeOf(unit)
    : unit.open.length + unit.close.length + unit.more(unit.rows.length).length + unit.between.length;

export const whole = ({ open, rows, between, close }: Unit): string => `${open}${rows.join(between)}${close}`;

interface Cut {
  readonly text: string;
  readonly missing: number;
}

function cutTo(unit: Unit, room: number): Cut {
  if (sizeOf(unit) <= room) return { text: whole(unit), missing: 0 };
  let number = 0;
  for (let size = leastOf(unit); number < unit.rows.length; number++) {
    size += (unit.rows[number]?.length ?? 0) + unit.between.length;
    if (size > room) break;
  }
  const missing = unit.rows.length - number;
  const rows = [...unit.rows.slice(0, number), ...(missing === 0 ? [] : [unit.more(missing)])];
  return { text: whole({ ...unit, rows }), missing };
}

/** The units in order, in at most `room` characters. `units`: how many were left out; `rows`: rows of the others. */
export function fitUnits(
  all: readonly Unit[],
  room: number,
): { readonly text: string; readonly units: number; readonly rows: number } {
  const sizes = all.map(sizeOf);
  if (sizes.reduce((sum, size) => sum + size, 0) <= room) return { text: all.map(whole).join(''), units: 0, rows: 0 };
  let least = 0;
  let number = 0;
  for (; number < all.length; number++) {
    const unit = all[number];
    least += unit === undefined ? 0 : leastOf(unit);
    if (least > room) break;
  }
  const kept = all.slice(0, number);
  const spare = room - kept.reduce((sum, unit) => sum + leastOf(unit), 0);
  const extra = divideRoom(
    kept.map((unit) => Math.max(0, sizeOf(unit) - leastOf(unit))),
    spare,
  );
  const cuts = kept.map((unit, index) => cutTo(unit, leastOf(unit) + (extra[index] ?? 0)));
  return {
    text: cuts.map(({ text }) => text).join(''),
    units: all.length - number,
    rows: cuts.reduce((sum, { missing }) => sum + missing, 0),
  };
}
