/**
 * The settings of one entry of clouds.yaml, merged as openstacksdk merges them: secure.yaml overrides clouds.yaml, both
 * override the profile of clouds-public.yaml, and the values of the chosen region override all of them.
 *
 * Terraform's provider reads the same files by its own rules. A note says where the two would differ. Sources:
 * openstacksdk's openstack/config/loader.py (4.x); gophercloud/utils' openstack/clientconfig/requests.go.
 */
import { InvalidConfiguration } from '../basics/errors';
import { sayOthers } from '../basics/nearest';
import { settingsOf, type EntryNote, type Setting, type Settings } from './cloud-settings';
import { parseWritten, type Written, type WrittenMap } from '../basics/written';

export interface YamlFile {
  readonly path: string;
  readonly text: string;
}

export interface CredentialFiles {
  /** The first file that was found; undefined if there is none. */
  readonly cloudsYaml?: YamlFile;
  /** The file with secrets, which are merged in. */
  readonly secureYaml?: YamlFile;
  /** clouds-public.yaml, which contains the profiles. */
  readonly publicYaml?: YamlFile;
  /** The folder that `~` stands for. */
  readonly home?: string;
}

export interface CloudEntry {
  readonly settings: Settings;
  readonly notes: readonly EntryNote[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const nothing = (where: string): WrittenMap => ({ form: 'map', entries: new Map(), where });

/** @throws InvalidConfiguration if there is no such entry, or no client can read its form */
export function findEntry(name: string, files: CredentialFiles, env: Environment): CloudEntry {
  const { cloudsYaml } = files;
  if (!cloudsYaml) throw unknownCloud(name, files);
  const clouds = mergedClouds(cloudsYaml, files);
  const found = clouds.entries.get(name);
  if (found === undefined) throw unknownCloud(name, files);
  const entry = mapOf(found, `the entry "${name}"`);
  const profile = profileOf(entry, files);
  const region = chooseRegion(entry, profile, env.OS_REGION_NAME || undefined);
  const whole = updated(updated(profile, entry), region.values);
  const { settings, notes } = settingsOf(whole, authOf(whole));
  if (region.name !== undefined) settings.set('region_name', region.name);
  return {
    settings,
    notes: [
      ...notes,
      ...region.notes,
      ...mergeNotes(clouds),
      ...(profile.entries.size > 0 ? [profileNote(entry)] : []),
    ],
  };
}

/** The refusal of a cloud that clouds.yaml lacks: it names the entries that there are, the likely ones first. */
export function unknownCloud(name: string, files: CredentialFiles): InvalidConfiguration {
  const { cloudsYaml } = files;
  return cloudsYaml === undefined
    ? new InvalidConfiguration(
        `the cloud "${name}" is asked for and there is no clouds.yaml; put one in this folder, ~/.config/openstack or ` +
          '/etc/openstack, or name it in OS_CLIENT_CONFIG_FILE',
      )
    : new InvalidConfiguration(
        `there is no cloud "${name}", there ${sayOthers(name, entryNames(files))}; correct \`cloud\` of OpenStackCloud and of stackward.yaml, or OS_CLOUD, or add the entry`,
        { where: cloudsYaml.path },
      );
}

/** @throws InvalidConfiguration if no client can read the file's form */
export const entryNames = (files: CredentialFiles): readonly string[] =>
  files.cloudsYaml === undefined ? [] : [...mergedClouds(files.cloudsYaml, files).entries.keys()];

/** The entries of both files; secure.yaml wins. */
function mergedClouds(cloudsYaml: YamlFile, { secureYaml }: CredentialFiles): WrittenMap {
  const plain = cloudsOf(cloudsYaml, 'clouds');
  return secureYaml ? mergeDeep(plain, cloudsOf(secureYaml, 'clouds')) : plain;
}

function cloudsOf({ path, text }: YamlFile, section: string): WrittenMap {
  const whole = parseWritten(text, path);
  if (whole.form === 'text' && whole.text === '') return nothing(path);
  const found = whole.form === 'map' ? whole.entries.get(section) : undefined;
  if (whole.form === 'map' && (found === undefined || (found.form === 'text' && found.text === '')))
    return nothing(path);
  if (found?.form === 'map') return found;
  throw new InvalidConfiguration(
    `this is not a ${section === 'clouds' ? 'clouds.yaml' : 'clouds-public.yaml'}: a mapping "${section}" with one entry per cloud is expected`,
    { where: (found ?? whole).where },
  );
}

/** @param what the subject of the message that refuses the value */
function mapOf(value: Written | undefined, what: string): WrittenMap {
  if (value === undefined || (value.form === 'text' && value.text === '')) return nothing(value?.where ?? '');
  if (value.form === 'map') return value;
  throw new InvalidConfiguration(`${what} is a ${value.form}; write a mapping of keys and values`, {
    where: value.where,
  });
}

const textOf = (value: Written | undefined): string | undefined =>
  value?.form === 'text' && value.text !== '' ? value.text : undefined;

/** Merges maps inside maps; everything else is replaced. */
function mergeDeep(under: WrittenMap, over: WrittenMap): WrittenMap {
  const entries = new Map(under.entries);
  for (const [key, value] of over.entries) {
    const before = entries.get(key);
    entries.set(key, before?.form === 'map' && value.form === 'map' ? mergeDeep(before, value) : value);
  }
  return { ...under, entries };
}

/** Merges only the map `auth`; other maps are replaced. */
function updated(under: WrittenMap, over: WrittenMap): WrittenMap {
  const auth = over.entries.has('auth') ? [['auth', mergeDeep(authOf(under), authOf(over))] as const] : [];
  return { ...over, entries: new Map([...under.entries, ...over.entries, ...auth]) };
}

const authOf = (entry: WrittenMap): WrittenMap => mapOf(entry.entries.get('auth'), 'the key "auth"');

function profileOf(entry: WrittenMap, { publicYaml }: CredentialFiles): WrittenMap {
  const named = entry.entries.get('profile') ?? entry.entries.get('cloud');
  const name = textOf(named);
  if (named === undefined || name === undefined) return nothing(entry.where);
  const profile = publicYaml ? cloudsOf(publicYaml, 'public-clouds').entries.get(name) : undefined;
  if (profile !== undefined) return mapOf(profile, `the profile "${name}"`);
  throw new InvalidConfiguration(
    `the profile "${name}" is not in ${publicYaml?.path ?? 'a clouds-public.yaml'}; neither stackward nor Terraform's provider has the profiles that come with openstacksdk, ` +
      'so write its auth_url and region_name into the entry',
    { where: named.where },
  );
}

const profileNote = (entry: WrittenMap): EntryNote => ({
  where: (entry.entries.get('profile') ?? entry.entries.get('cloud') ?? entry).where,
  message:
    "the provider that boots a tenant's servers reads no profile; write what the entry takes from it into the entry",
});

interface ChosenRegion {
  readonly name?: Setting;
  readonly values: WrittenMap;
  readonly notes: readonly EntryNote[];
}

/** The region in OS_REGION_NAME, or else the first region of the entry. */
function chooseRegion(entry: WrittenMap, profile: WrittenMap, wanted: string | undefined): ChosenRegion {
  const from = ['regions', 'region_name'].some((key) => entry.entries.has(key)) ? entry : profile;
  const list = from.entries.get('regions');
  const single = from.entries.get('region_name');
  const asked = wanted === undefined ? {} : { name: { text: wanted, key: 'OS_REGION_NAME', where: 'OS_REGION_NAME' } };
  if (list?.form !== 'list') {
    const name = textOf(single);
    if (single?.form === 'list' || name?.includes(','))
      throw new InvalidConfiguration('the key "region_name" names several regions; name one', {
        where: single?.where ?? '',
      });
    if (wanted !== undefined && name !== undefined && name !== wanted) throw otherRegion(wanted, [name], single?.where);
    return { ...asked, values: nothing(entry.where), notes: [] };
  }
  const known = list.items.map(regionOf);
  const chosen = wanted === undefined ? known[0] : known.find(({ name }) => name.text === wanted);
  if (chosen === undefined) {
    if (wanted !== undefined && known.length > 0) throw otherRegion(wanted, known.map(({ name }) => name.text), list.where); // prettier-ignore
    return { ...asked, values: nothing(entry.where), notes: [] };
  }
  const isSame = wanted !== undefined || (textOf(single) === chosen.name.text && chosen.values.entries.size === 0);
  const note: EntryNote = {
    where: list.where,
    message: `of "regions" stackward takes ${chosen.name.text}, as the openstack command does, and Terraform's provider takes none; say the region in OS_REGION_NAME, or as region of OpenStackCloud`,
    settledBy: 'region',
  };
  return { ...chosen, notes: isSame ? [] : [note] };
}

function otherRegion(wanted: string, known: readonly string[], where = ''): InvalidConfiguration {
  return new InvalidConfiguration(
    `OS_REGION_NAME is "${wanted}", and the entry has ${known.join(', ')}; correct one of them`,
    { where },
  );
}

function regionOf(value: Written): { name: Setting; values: WrittenMap } {
  const named = value.form === 'map' ? value.entries.get('name') : value;
  const name = textOf(named);
  if (named === undefined || name === undefined)
    throw new InvalidConfiguration('a region is a name, or a mapping with "name" and "values"', { where: value.where });
  const values = value.form === 'map' ? mapOf(value.entries.get('values'), 'the key "values"') : nothing(value.where);
  return { name: { text: name, key: 'regions', where: named.where }, values };
}

const mergeNotes = ({ listMerge }: WrittenMap): EntryNote[] =>
  listMerge === undefined
    ? []
    : [
        {
          where: listMerge,
          message:
            'Terraform can\'t read a merge key "<<" with a list, so the provider that boots a tenant\'s servers gets no credentials; write one "<<" per mapping',
        },
      ];
