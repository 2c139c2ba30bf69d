/** A JSON object as it came over the wire or goes out on it. */
export type JsonObject = { [key: string]: unknown };

/** Whether a value is a JSON object, not null and not an array. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON objects of a list; anything else counts as an empty list. */
export const objects = (value: unknown): JsonObject[] =>
  Array.isArray(value) ? value.filter((item) => isObject(item)) : [];
