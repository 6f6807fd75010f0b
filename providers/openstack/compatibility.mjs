// Makes compatibility.json: what two versions of the provider both have, so that a construct that keeps to it works with either.
//   node compatibility.mjs 1.54.1=schema.json 3.4.0=/path/to/other.schema.json
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * What can be set with every version: attributes and blocks by path ("name", "fixed_ip.ip_address"), for each resource, data source
 * and the provider. `readOnly` has what can be read with every version, but not set with all of them.
 * A path whose type differs between versions is in neither.
 *
 * @param schemas what `terraform providers schema -json` prints, by provider version
 */
export function deriveCompatibility(schemas) {
  const providers = Object.values(schemas).map((schema) => Object.values(schema.provider_schemas)[0]);
  const resources = inAll(providers.map((provider) => provider.resource_schemas));
  const dataSources = inAll(providers.map((provider) => provider.data_source_schemas));
  return {
    versions: Object.keys(schemas),
    provider: pathsOf(providers.map(({ provider }) => provider)).settable,
    resources: mapValues(resources, (versions) => pathsOf(versions).settable),
    dataSources: mapValues(dataSources, (versions) => pathsOf(versions).settable),
    readOnly: {
      resources: mapValues(resources, (versions) => pathsOf(versions).readOnly),
      dataSources: mapValues(dataSources, (versions) => pathsOf(versions).readOnly),
    },
  };
}

/** JSON with one line per resource: a diff of two tables then names what changed. */
export function renderCompatibility(table) {
  const render = (value, indent) => {
    if (Array.isArray(value)) return JSON.stringify(value);
    const inner = `${indent}  `;
    const lines = Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${render(item, inner)}`);
    return `{\n${lines.join(',\n')}\n${indent}}`;
  };
  return `${render(table, '')}\n`;
}

/** The names that all versions have, each with its schema in every version. */
function inAll([first, ...others]) {
  const names = Object.keys(first).filter((name) => others.every((other) => name in other));
  return Object.fromEntries(names.sort().map((name) => [name, [first, ...others].map((version) => version[name])]));
}

function pathsOf(versions) {
  const [first, ...others] = versions.map(({ block }) => flatten(block));
  const common = [...first].filter(([path, { type }]) => others.every((other) => other.get(path)?.type === type));
  const isSettable = ([path, { settable }]) => settable && others.every((other) => other.get(path).settable);
  const names = (entries) => entries.map(([path]) => path).sort();
  return {
    settable: names(common.filter(isSettable)),
    readOnly: names(common.filter((entry) => !isSettable(entry))),
  };
}

function flatten(block, prefix = '', paths = new Map()) {
  for (const [name, { type, optional, required }] of Object.entries(block.attributes ?? {})) {
    paths.set(prefix + name, { type: JSON.stringify(type), settable: Boolean(optional || required) });
  }
  for (const [name, { nesting_mode: mode, max_items: most, block: nested }] of Object.entries(
    block.block_types ?? {},
  )) {
    paths.set(prefix + name, { type: `block ${mode} ${most ?? ''}`, settable: true });
    flatten(nested, `${prefix}${name}.`, paths);
  }
  return paths;
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const schemas = process.argv.slice(2).map((argument) => {
    const [version, file] = argument.split(/=(.*)/s);
    if (!file) throw new Error(`"${argument}" is not VERSION=FILE, for example 1.54.1=schema.json.`);
    return [version, JSON.parse(readFileSync(file, 'utf8'))];
  });
  if (schemas.length < 2) throw new Error('Two or more VERSION=FILE are needed, for example 1.54.1=schema.json.');
  const table = deriveCompatibility(Object.fromEntries(schemas));
  writeFileSync(new URL('compatibility.json', import.meta.url), renderCompatibility(table));
}
