/**
 * Liberty and Mitaka with the pluggable IPAM: `ipam_driver = internal` in neutron.conf, Newton's default. There an
 * update of the pools through the API makes the free ranges anew from whole pools, without removing the addresses of
 * ports (`create_pool` in neutron@mitaka-eol neutron/ipam/drivers/neutrondb_ipam/db_api.py). Neutron then hands out an
 * address in use, the database refuses it as a duplicate, and every later creation of a port on the subnet ends with
 * 500.
 *
 * The API doesn't show which IPAM it has, but the database does: the IPAM has a row in `ipamsubnets` for each subnet
 * that it serves. Stackward writes the pools of these subnets in the database, whatever the method says.
 */
import type { Readers, SqlReader } from '../../../lib/contract/ports';
import { chunksOf, probeTables, readOwners } from './database';

const sinceLiberty = ['address-scope', 'rbac-policies'];
const sinceNewton = ['standard-attr-revisions', 'revisions'];

/** True if a Neutron with these extensions is of Liberty or Mitaka. */
export const mayRebuildRanges = (extensions: ReadonlySet<string>): boolean =>
  sinceLiberty.some((alias) => extensions.has(alias)) && !sinceNewton.some((alias) => extensions.has(alias));

/** The subnets whose pools the API must not change, as far as the database is known. */
export async function readKeptByIpam(ids: readonly string[], from: Readers): Promise<ReadonlySet<string>> {
  if (ids.length === 0 || !from.databases.has('neutron') || !(await apiMayRebuildRanges(from))) return new Set();
  return readKept(ids, await from.database('database:neutron'));
}

/** If Neutron doesn't list its extensions, it may be Liberty or Mitaka. The database then decides. */
const apiMayRebuildRanges = (from: Readers): Promise<boolean> =>
  from
    .network(`api:${from.cloud}`)
    .then((network) => network.extensions())
    .then(mayRebuildRanges, () => true);

async function readKept(ids: readonly string[], reader: SqlReader): Promise<ReadonlySet<string>> {
  const tables = await probeTables(reader);
  const kept = new Set<string>();
  if (!tables.ipamRanges) return kept;
  for (const chunk of chunksOf(ids))
    for (const { subnetId, ipamIds } of await readOwners(reader, tables, chunk))
      if (ipamIds.length > 0) kept.add(subnetId);
  return kept;
}

const fault = 'hand out addresses that ports have';

/** Note of a step of the method `api` that is written in the database. */
export const throughDatabase = `goes through the database: an update through the API would make this Neutron ${fault}`;

const perhaps = `this Neutron is Liberty or Mitaka, and with "ipam_driver = internal" in neutron.conf an update through the API makes it ${fault}, so that no port can be created any more`;

export const unknownIpam = (subnetId: string): string =>
  `the pools of subnet ${subnetId} stay as they are, because ${perhaps}; name Neutron's database in stackward.yaml ("databases.neutron"), so that stackward looks there, and writes there where it has to`;

/** Follows the sentence that Terraform is about to write the pools. */
export const terraformMayBreak = `${perhaps}; look there first, and where it is so, give the subnet allocationPoolMethod: 'database'`;
export const terraformBreaks = `this Neutron would ${fault} after that, so that no port can be created any more; give the subnet allocationPoolMethod: 'database' before`;

/** @param what is wrong in the tables, as a clause */
export const brokenTables = (subnetId: string, what: string): string =>
  `Neutron can't hand out the addresses of subnet ${subnetId} rightly: ${what}; give the subnet allocationPoolMethod: 'database', and stackward repairs its tables`;
