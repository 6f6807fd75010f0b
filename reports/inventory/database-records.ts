/**
 * Rows of a database → records. A value from the server is text, a number or null; this module gives it its type. Pure.
 */
import { defined } from '../../lib/basics/defined';
import type { ServerRecord, ServerText } from '../../lib/inventory/records';

export type Row = Readonly<Record<string, string | number | null>>;

const numbers = new Set([
  ...['powerState', 'vcpus', 'memoryMib', 'vcpusUsed', 'memoryUsedMib', 'vcpuRatio', 'amount', 'sizeGib', 'bytes'],
]);
const times = new Set(['created', 'launched']);

/** Times in OpenStack's databases are UTC: `2026-11-29 07:51:12`. */
function timeOf(value: string | number): Date | undefined {
  const time = new Date(`${String(value).replace(' ', 'T').slice(0, 23).replace(/Z$/, '')}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function valueOf(field: string, value: string | number): unknown {
  if (times.has(field)) return timeOf(value);
  if (!numbers.has(field)) return String(value);
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A value that can't be parsed is left out, as if it weren't known. */
export function recordOf<Kind>(row: Row, more: Partial<Kind> = {}): Kind {
  const record: Record<string, unknown> = { ...more };
  for (const [field, value] of Object.entries(row)) {
    const told = value === null ? null : valueOf(field, value);
    if (told !== undefined) record[field] = told;
  }
  return record as Kind;
}

/** Field of the record → name in Nova's object. */
const namesInObject = {
  name: 'display_name',
  projectId: 'project_id',
  userId: 'user_id',
  created: 'created_at',
  zone: 'availability_zone',
  host: 'host',
  node: 'node',
  description: 'display_description',
  powerState: 'power_state',
  vmState: 'vm_state',
  taskState: 'task_state',
  vcpus: 'vcpus',
  memoryMib: 'memory_mb',
  hostname: 'hostname',
  launched: 'launched_at',
  rootDevice: 'root_device_name',
  imageId: 'image_ref',
  keyName: 'key_name',
} as const satisfies Partial<Record<keyof ServerRecord, string>>;

/**
 * `{"nova_object.name": "Instance", …, "nova_object.data": {"display_name": "utm", …, "flavor": {…}}}`; fields that Nova had not
 * set yet are missing in it.
 */
export function serverOfRequest(row: Row): { readonly server: ServerRecord; readonly key?: ServerText } {
  const { id, json, ...own } = row;
  const data = dataOf(json);
  const isScalar = (value: unknown): value is string | number | null =>
    value === null || typeof value === 'string' || typeof value === 'number';
  const told = Object.entries(namesInObject).flatMap(([field, name]) =>
    Object.hasOwn(data, name) && isScalar(data[name]) ? [[field, data[name]] as const] : [],
  );
  const flavor = dataOf(data['flavor'])['name'];
  const server = recordOf<ServerRecord>(
    { ...own, ...Object.fromEntries(told), id: id ?? '' },
    { foundIn: 'build_requests', ...defined({ flavor: typeof flavor === 'string' ? flavor : undefined }) },
  );
  const key = data['key_data'];
  return typeof key === 'string' ? { server, key: { serverId: server.id, text: key } } : { server };
}

/** `nova_object.data` of an object, or of its JSON; {} where there is none. */
function dataOf(object: unknown): Readonly<Record<string, unknown>> {
  let read = object;
  try {
    if (typeof object === 'string') read = JSON.parse(object);
  } catch {
    return {};
  }
  const data = (read as { 'nova_object.data'?: unknown } | null | undefined)?.['nova_object.data'];
  return typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
}
