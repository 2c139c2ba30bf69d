/** The values of a file of JSON lines, without the lines that killed processes did not finish. */
export function linesOf<T>(text: string): T[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as T];
    } catch {
      return [];
    }
  });
}
