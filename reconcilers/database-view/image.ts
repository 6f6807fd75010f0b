/** A view before a run, as the journal keeps it. */
import * as z from 'zod';
import type { RestoredOn } from '../../lib/contract/restored';
import { viewNames } from '../../lib/views/views';
import { databaseViewSpec, type DatabaseViewDeclared } from './spec';

export const maxText = 1 << 20;

export const databaseViewImage = z
  .strictObject({
    view: z.enum(viewNames),
    /** The declaration in the view's record. Null if the view had no record. */
    declared: databaseViewSpec.nullable(),
    /** The text that the server showed. Only for people to read: a rollback makes the view from its declaration. */
    text: z.string().max(maxText).nullable(),
  })
  .refine(({ view, declared }) => declared === null || declared.view === view, {
    message: 'is of another view than the image',
    path: ['declared'],
  });

export type DatabaseViewRestore = RestoredOn<z.infer<typeof databaseViewImage>>;
export type DatabaseViewSpec = DatabaseViewDeclared | DatabaseViewRestore;
