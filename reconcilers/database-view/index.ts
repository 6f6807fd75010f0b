/** The kind database-view makes a view in stackward's own schema, from the columns that the services' schemas have. */
import { defineKind } from '../../lib/contract/define-kind';
import { advance } from './advance';
import { apply } from './apply';
import { diff } from './diff';
import { effect } from './effect';
import { databaseViewImage, maxText } from './image';
import { locate } from './locate';
import { kind, type DatabaseViewStep, type ViewsObserved } from './model';
import { observe } from './observe';
import { databaseViewSpec } from './spec';

export const databaseView = defineKind({
  kind,
  whenRemoved: 'is dropped, where it still is what was made',
  ownership: 'database',
  spec: databaseViewSpec,
  identify: (spec) =>
    'restore' in spec ? spec.restore.map(({ image }) => `view ${image.view}`).join(', ') : `view ${spec.view}`,
  image: {
    schema: databaseViewImage,
    before: ({ view }: DatabaseViewStep, { records, things }: ViewsObserved) => ({
      view,
      declared: records.get(view)?.entry.declared ?? null,
      text: things.get(view)?.view?.text.slice(0, maxText) ?? null,
    }),
  },
  locate,
  observe,
  diff,
  effect,
  advance,
  apply,
});
