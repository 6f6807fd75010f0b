/** The statement of a step, as it is sent. Pure. */
import type { Effect } from '../../lib/contract/reconciler';
import { quoteName } from '../../lib/sql/quote';
import type { DatabaseViewStep, ViewsObserved } from './model';

/** [] where the view stays and only its record goes. */
export const effect = ({ view, make, leaves }: DatabaseViewStep, { schema }: ViewsObserved): Effect[] =>
  leaves === true ? [] : [{ language: 'sql', lines: `${make?.statement ?? dropOf(schema, view)};`.split('\n') }];

export const dropOf = (schema: string, view: string): string =>
  `DROP VIEW IF EXISTS ${quoteName(schema)}.${quoteName(view)}`;
