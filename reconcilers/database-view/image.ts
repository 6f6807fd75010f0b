/** A view as it was before a run: what the journal keeps of it. */
import * as z from 'zod';
import type { RestoredOn } from '../../lib/contract/restored';
import { viewNames } from '../../lib/views/views';
import { databaseViewSpec, type DatabaseViewDeclared } from './spec';

export const maxText = 1 << 20;

export const databaseViewImage = z
  .strictObject({
    view: z.enum(viewNames),
    /** As its record said. Null: it had none. */
    declared: databaseViewSpec.nullable(),
    /** As the server showed it. For people: a rollback makes a view of its declaration alone. */
    text: z.string().max(maxText).nullable(),
  })
  .refine(({ view, declared }) => declared === null || declared.view === view, {
    message: 'is of another view than the image',
    path: ['declared'],
  });

export type DatabaseViewRestore = RestoredOn<z.infer<typeof databaseViewImage>>;
export type DatabaseViewSpec = DatabaseViewDeclared | DatabaseViewRestore;
