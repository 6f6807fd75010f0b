/** The image that the journal keeps of an option: its lines before a run. The image of a secret has no lines. */
import * as z from 'zod';
import { line } from '../../lib/basics/line';
import type { RestoredOn } from '../../lib/contract/restored';
import { isSecretName } from '../../lib/oslo-config/secret';
import { isSecretSetting, parseSettingName } from '../../lib/python-settings/name';
import { isPython } from './option/horizon';
import {
  optionLines,
  optionName,
  recordEntry,
  sectionName,
  serviceOptionSpec,
  type ServiceOptionDeclared,
} from './spec';

const name = { service: z.string(), section: z.string(), option: z.string() };
const shapes = serviceOptionSpec.shape;

const optionImage = z
  .strictObject({
    service: shapes.service,
    /** Empty for a setting in Python. */
    section: sectionName.or(z.literal('')),
    option: optionName,
    /** Null if the option is a secret. */
    lines: optionLines.nullable(),
    /** Null if no record had the option. */
    entry: recordEntry
      .omit({ before: true, written: true, due: true })
      .extend({ ...name, path: line, stack: line, before: optionLines.nullable(), written: optionLines.nullable() })
      .nullable(),
  })
  .superRefine(({ lines, entry, ...image }, context) => {
    const different = (['service', 'section', 'option'] as const).find(
      (field) => entry !== null && entry[field] !== image[field],
    );
    if (different !== undefined)
      context.addIssue({
        code: 'custom',
        message: `the record is of another ${different}`,
        path: ['entry', different],
      });
    const setting = isPython(image) ? parseSettingName(image.option) : undefined;
    if (isPython(image) !== (image.section === '') || (setting && isSecretSetting(setting)))
      context.addIssue({ code: 'custom', message: 'no run changes such an option', path: ['option'] });
    const kept = [...(lines ?? []), ...(entry?.before ?? []), ...(entry?.written ?? [])];
    if (isSecretName(image.option) && kept.length > 0)
      context.addIssue({ code: 'custom', message: 'the option is a secret, which no run records', path: ['lines'] });
  });
export type OptionImage = z.infer<typeof optionImage>;
export const serviceOptionImage = z.strictObject({ options: z.array(optionImage).max(1000) });

/** Brings back the lines that a step found, on the host on which it found them. */
export type ServiceOptionRestore = RestoredOn<z.infer<typeof serviceOptionImage>>;

export type ServiceOptionSpec = ServiceOptionDeclared | ServiceOptionRestore;
