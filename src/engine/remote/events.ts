/** Longest line of a stream, in characters; a server's longest is a few thousand. */
const LONGEST_LINE = 1_000_000;

/**
 * The data of each server-sent event of a body, wherever it is cut into chunks
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html). Comments and other fields are left out; an event that the
 * stream ends in counts.
 */
export async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  const takes = (line: string): string | undefined => {
    if (line.startsWith('data:')) data.push(line.slice('data:'.length).replace(/^ /, ''));
    if (line !== '' || data.length === 0) return undefined;
    const event = data.join('\n');
    data = [];
    return event;
  };
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/); // a \r at the end may be half of a \r\n
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new Error(`a line has more than ${LONGEST_LINE} characters`);
    for (const line of lines) {
      const event = takes(line);
      if (event !== undefined) yield event;
    }
  }
  takes(rest.replace(/\r$/, ''));
  const last = takes('');
  if (last !== undefined) yield last;
}
