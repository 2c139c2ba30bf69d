import { z } from 'zod';
import { isObject, type JsonObject, objects } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { topLevelV1, topLevelV2 } from './component-schemas.ts';
import { complaint, lengthOf, list } from './form.ts';

/** A component and everything inside it, outermost first. */
function* walk(component: JsonObject): Generator<{ component: JsonObject; path: (string | number)[] }> {
  yield { component, path: [] };
  for (const [index, child] of objects(component.components).entries()) {
    for (const inner of walk(child)) yield { ...inner, path: ['components', index, ...inner.path] };
  }
  for (const key of ['accessory', 'component']) {
    const child = component[key];
    if (!isObject(child)) continue;
    for (const inner of walk(child)) yield { ...inner, path: [key, ...inner.path] };
  }
}

/** All components of a message or modal, outermost first, with their paths. */
export const flatten = (components: readonly JsonObject[]) =>
  components.flatMap((component, index) =>
    [...walk(component)].map((found) => ({ ...found, path: [index, ...found.path] })),
  );

/** Reports duplicate custom ids and component ids. */
export function refuseDuplicates(components: readonly JsonObject[], context: z.core.$RefinementCtx): void {
  const seen = new Set<string>();
  for (const { component, path } of flatten(components)) {
    for (const key of ['custom_id', 'id']) {
      const value = component[key];
      if (value === undefined || value === 0) continue;
      const mark = `${key} ${String(value)}`;
      if (seen.has(mark)) {
        const issue =
          key === 'id'
            ? complaint('COMPONENT_ID_DUPLICATED', 'Component ids must be unique')
            : complaint('COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated');
        context.addIssue({ code: 'custom', path: [...path, key], ...issue });
      }
      seen.add(mark);
    }
  }
}

/** The components of an ordinary message: up to five rows. */
export const componentsV1 = list(topLevelV1, 0, LIMITS.message.rows).superRefine(refuseDuplicates);

/** Components V2: up to 40 in all, with up to 4,000 characters of text. */
export const componentsV2 = z.array(topLevelV2).superRefine((components, context) => {
  refuseDuplicates(components, context);
  const all = flatten(components);
  if (all.length > LIMITS.component.total) {
    const issue = complaint(
      'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
      `The total number of components in a message cannot exceed ${LIMITS.component.total}`,
    );
    context.addIssue({ code: 'custom', ...issue });
  }
  const shown = all.filter(({ component }) => component.type === 10);
  const length = shown.reduce((sum, { component }) => sum + lengthOf(String(component.content)), 0);
  if (length > LIMITS.component.text) {
    const issue = complaint(
      'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
      `The total size of displayable text in a message may not exceed ${LIMITS.component.text}`,
    );
    context.addIssue({ code: 'custom', ...issue });
  }
});
