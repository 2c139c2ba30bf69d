import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { customId, id, selects, textDisplay } from './component-schemas.ts';
import { refuseDuplicates } from './components.ts';
import { integer, list, optional, text } from './form.ts';

const { modal, component } = LIMITS;
const required = optional(z.boolean());
const count = (min: number, max: number) => optional(integer(min, max));

const textInput = z.object({
  type: z.literal(4),
  id,
  custom_id: customId,
  style: z.literal([1, 2]),
  label: optional(text(1, modal.label)),
  value: optional(text(0, modal.text)),
  placeholder: optional(text(0, modal.placeholder)),
  min_length: count(0, modal.text),
  max_length: count(1, modal.text),
  required,
});
const fileUpload = z.object({
  type: z.literal(19),
  id,
  custom_id: customId,
  min_values: count(0, 10),
  max_values: count(1, 10),
  required,
});
const option = z.object({
  label: text(1, component.optionText),
  value: text(1, component.optionText),
  description: optional(text(0, component.optionText)),
  default: optional(z.boolean()),
});
const radioGroup = z.object({
  type: z.literal(21),
  id,
  custom_id: customId,
  options: list(option, 2, modal.choices),
  required,
});
const checkboxGroup = z.object({
  type: z.literal(22),
  id,
  custom_id: customId,
  options: list(option, 1, modal.choices),
  min_values: count(0, 10),
  max_values: count(1, 10),
  required,
});
const checkbox = z.object({
  type: z.literal(23),
  id,
  custom_id: customId,
  default: optional(z.boolean()),
});

const label = z.object({
  type: z.literal(18),
  id,
  label: text(1, modal.label),
  description: optional(text(1, modal.description)),
  component: z.discriminatedUnion('type', [
    textInput,
    ...selects,
    fileUpload,
    radioGroup,
    checkboxGroup,
    checkbox,
  ]),
});
const row = z.object({
  type: z.literal(1),
  id,
  components: list(z.discriminatedUnion('type', [textInput.required({ label: true })]), 1, 1),
});

/** A modal that answers an interaction. */
export const modalSchema = z.object({
  custom_id: customId,
  title: text(1, modal.title),
  components: list(z.discriminatedUnion('type', [label, row, textDisplay]), 1, modal.components).superRefine(
    refuseDuplicates,
  ),
});
