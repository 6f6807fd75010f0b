/** Parts of a page with a bound: each is printed whole, or with fewer rows, or left out and counted. */
import { divideRoom } from './budget';

export interface Unit {
  readonly open: string;
  /** May be left out from the end. */
  readonly rows: readonly string[];
  /** The number of rows behind `rows` that were never made, because no page has room for them. */
  readonly unmade: number;
  readonly between: string;
  readonly close: string;
  /** Stands in the place of the rows that are left out. */
  more(rows: number): string;
}

export const solid = (text: string): Unit => ({
  open: text,
  rows: [],
  unmade: 0,
  between: '',
  close: '',
  more: () => '',
});

/** The first rows, up to the one with which they are longer than `room`. A page never prints more of them. */
export function rowsFor<T>(
  items: readonly T[],
  rowOf: (item: T) => string,
  room: number,
): Pick<Unit, 'rows' | 'unmade'> {
  const rows: string[] = [];
  let size = 0;
  for (const item of items) {
    const row = rowOf(item);
    rows.push(row);
    size += row.length;
    if (size > room) break;
  }
  return { rows, unmade: items.length - rows.length };
}

const rowsSize = ({ rows, between }: Unit, number = rows.length): number => {
  let size = 0;
  for (let index = 0; index < number; index++) size += (rows[index]?.length ?? 0) + between.length;
  return size;
};
/** With rows that were never made, a number above the room of the page. */
export const sizeOf = (unit: Unit): number => unit.open.length + rowsSize(unit) + unit.close.length;

/** With no row at all. */
const leastOf = (unit: Unit): number =>
  unit.rows.length === 0
    ? sizeOf(unit)
    : unit.open.length + unit.close.length + unit.more(unit.rows.length + unit.unmade).length + unit.between.length;

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
  const missing = unit.rows.length + unit.unmade - number;
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
