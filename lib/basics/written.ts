/**
 * Reads YAML and keeps each scalar as the file has it: `0001` and `12345e6` are texts of four and seven characters.
 *
 * openstacksdk and Terraform's provider both read clouds.yaml, and disagree about such texts: PyYAML turns them into
 * numbers, dates and booleans, while the provider's yaml.v2 and yaml.v3 keep them. The text itself is therefore needed
 * to compare the two. Merge keys (`<<`) follow PyYAML's rules: a mapping's own keys win over merged keys, and the first
 * mapping in a list wins over later ones.
 */
import { isAlias, isMap, isNode, isScalar, isSeq, type Document, type Node, type YAMLMap } from 'yaml';
import { defined } from './defined';
import { InvalidConfiguration } from './errors';
import { badAlias, maxLevels, parseYamlText, type YamlText } from './yaml-text';

export type Written = WrittenText | WrittenMap | WrittenList;

export interface WrittenText {
  readonly form: 'text';
  /** '' for an empty value, `~` and `null`. */
  readonly text: string;
  /** `file:line:column`. */
  readonly where: string;
}

export interface WrittenMap {
  readonly form: 'map';
  readonly entries: ReadonlyMap<string, Written>;
  readonly where: string;
  /** The place of a merge key with a list of mappings, in this mapping or one inside it. */
  readonly listMerge?: string;
}

export interface WrittenList {
  readonly form: 'list';
  readonly items: readonly Written[];
  readonly where: string;
}

/** Counts texts, lists and maps. A value that an alias repeats counts each time. */
const maxValues = 100_000;

/** @throws InvalidConfiguration if the text is not YAML, or its aliases nest or repeat too much */
export function parseWritten(text: string, file: string): Written {
  // In the failsafe schema every scalar is a text.
  const parsed = parseYamlText(text, file, { schema: 'failsafe', strict: true });
  return new Reader(parsed, file).read(parsed.document.contents, 1);
}

/** Tags that name a type which YAML recognizes without the tag. */
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
        // As in PyYAML, the entries of a later merge key replace those of an earlier one.
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
    return { form: 'map', entries, where, ...defined({ listMerge }) };
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
