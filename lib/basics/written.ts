/**
 * What a YAML text holds, each scalar as it was written: `0001` and `12345e6` are texts of four and seven characters.
 *
 * PyYAML, by which openstacksdk reads clouds.yaml, makes numbers, dates and booleans of such texts; the YAML libraries of
 * Terraform's provider (yaml.v2, yaml.v3) hand over what was written. Merge keys (`<<`) are followed by PyYAML's rules:
 * a mapping's own keys win, then the first of a list.
 */
import { isAlias, isMap, isNode, isScalar, isSeq, type Document, type Node, type YAMLMap } from 'yaml';
import { InvalidConfiguration } from './errors';
import { badAlias, maxLevels, parseYamlText, type YamlText } from './yaml-text';

export type Written = WrittenText | WrittenMap | WrittenList;

export interface WrittenText {
  readonly form: 'text';
  /** Empty for nothing at all, `~` and `null`. */
  readonly text: string;
  /** `file:line:column`. */
  readonly where: string;
}

export interface WrittenMap {
  readonly form: 'map';
  readonly entries: ReadonlyMap<string, Written>;
  readonly where: string;
  /** Where a merge key has a list of mappings, in here or below. */
  readonly listMerge?: string;
}

export interface WrittenList {
  readonly form: 'list';
  readonly items: readonly Written[];
  readonly where: string;
}

/** Texts, lists and maps; what an anchor repeats is counted each time. */
const maxValues = 100_000;

/** @throws InvalidConfiguration where the text is not YAML, or its anchors are not to be followed */
export function parseWritten(text: string, file: string): Written {
  // Of the failsafe schema every scalar is a text.
  const parsed = parseYamlText(text, file, { schema: 'failsafe', strict: true });
  return new Reader(parsed, file).read(parsed.document.contents, 1);
}

/** What a value is by itself may be said. */
const plainTag = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

const isMergeKey = (key: unknown): boolean => isScalar(key) && key.value === '<<' && key.type === 'PLAIN';

class Reader {
  private count = 0;
  private readonly document: Document;

  constructor(
    private readonly yaml: YamlText,
    private readonly file: string,
  ) {
    this.document = yaml.document;
  }

  read(node: unknown, level: number): Written {
    const where = this.where(node);
    if (++this.count > maxValues)
      throw new InvalidConfiguration(
        `it holds more than ${maxValues} values, anchors counted each time; write out what is meant`,
        { where: this.file },
      );
    if (level > maxLevels)
      throw new InvalidConfiguration(
        `anchors nest it deeper than the ${maxLevels} levels that stackward reads; write out what is meant`,
        { where },
      );
    if (isAlias(node)) {
      const anchored = node.resolve(this.document);
      if (anchored === undefined) throw new InvalidConfiguration(`this is not YAML: ${badAlias}`, { where });
      return this.read(anchored, level + 1);
    }
    if (isNode(node) && node.tag !== undefined && !plainTag.test(node.tag))
      throw new InvalidConfiguration(
        'a value has a tag, which no client reads; put a text that begins with "!" in quotes',
        { where },
      );
    if (isMap(node)) return this.map(node as YAMLMap<unknown, unknown>, level, where);
    if (isSeq(node)) return { form: 'list', items: node.items.map((item) => this.read(item, level + 1)), where };
    const isNothing = !isScalar(node) || (node.type === 'PLAIN' && /^(~|null|Null|NULL)?$/.test(String(node.value)));
    return { form: 'text', text: isNothing ? '' : String(node.value), where };
  }

  private map({ items }: YAMLMap<unknown, unknown>, level: number, where: string): WrittenMap {
    const own = new Map<string, Written>();
    const merged = new Map<string, Written>();
    let listMerge: string | undefined;
    for (const { key, value } of items) {
      if (isMergeKey(key)) {
        const source = this.read(value, level + 1);
        if (source.form === 'list') listMerge ??= this.where(key);
        // As PyYAML does: what a later merge key brings wins over what an earlier one brought.
        for (const [name, inner] of this.mergedEntries(source)) merged.set(name, inner);
        continue;
      }
      const name = this.read(key, level + 1);
      if (name.form !== 'text')
        throw new InvalidConfiguration('a key is a list or a mapping; write a text', { where: this.where(key) });
      own.set(name.text, this.read(value, level + 1));
    }
    const entries = new Map([...merged, ...own]);
    for (const inner of entries.values()) if (inner.form === 'map') listMerge ??= inner.listMerge;
    return { form: 'map', entries, where, ...(listMerge === undefined ? {} : { listMerge }) };
  }

  private mergedEntries(source: Written): ReadonlyMap<string, Written> {
    if (source.form === 'map') return source.entries;
    const maps = source.form === 'list' ? source.items : [source];
    const entries = new Map<string, Written>();
    for (const map of maps) {
      if (map.form !== 'map')
        throw new InvalidConfiguration('a merge key "<<" takes a mapping, or a list of mappings', { where: map.where });
      for (const [name, value] of map.entries) if (!entries.has(name)) entries.set(name, value);
    }
    return entries;
  }

  private where(node: unknown): string {
    const range = (node as Node | null | undefined)?.range;
    return range ? this.yaml.place(range[0]) : this.file;
  }
}
