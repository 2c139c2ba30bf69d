/** A JSON object as received or sent. */
export type JsonObject = { [key: string]: unknown };

/** Whether a value is a JSON object, not null and not an array. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON objects in a list; anything that is not a list counts as empty. */
export const objects = (value: unknown): JsonObject[] =>
  Array.isArray(value) ? value.filter((item) => isObject(item)) : [];
