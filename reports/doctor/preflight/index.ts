/** The checks before the first apply, in this order. */
import type { AnyCheck } from '../check';
import { databaseConnection } from '../checks/database-connection';
import { endpoints } from '../checks/endpoints';
import { cloud } from './cloud';
import { credentials } from './credentials';
import { databaseGrants } from './database-grants';
import { hosts } from './hosts';
import { names } from './names';
import { provider } from './provider';
import { release } from './release';
import { terraform } from './terraform';

/** Checks that only preflight has. */
export const ownChecks: readonly AnyCheck[] = [
  credentials,
  release,
  names,
  hosts,
  terraform,
  cloud,
  databaseGrants,
  provider,
];

export const preflightChecks: readonly AnyCheck[] = [
  ...[cloud, credentials, release, names, endpoints],
  ...[databaseConnection, databaseGrants, hosts, terraform, provider],
];
