import { vi } from 'vitest';
import { copyOfNumbers } from '../../src/graph/device-optimizer.ts';
import { encodeModel } from '../../src/graph/encode.ts';
import { InferenceSession, type Tensor } from '../../src/lib/onnxruntime.ts';

type Tensors = Readonly<Record<string, Tensor>>;

/**
 * Until all mocks are restored, shows every run of any onnxruntime session: `before` it is carried out, which it is not if
 * that throws, and `after` it.
 */
export async function watchRuns({
  before = () => {},
  after = () => {},
}: {
  before?: (session: InferenceSession) => void;
  after?: (feeds: Tensors, results: Tensors) => void;
}): Promise<void> {
  const any = await InferenceSession.create(encodeModel(copyOfNumbers()));
  const sessions = Object.getPrototypeOf(any) as InferenceSession; // what all sessions run with
  const run = sessions.run as (...given: unknown[]) => Promise<Tensors>;
  await any.release();
  vi.spyOn(sessions, 'run').mockImplementation(async function (this: InferenceSession, ...given: unknown[]) {
    before(this);
    const results = await run.apply(this, given);
    after(given[0] as Tensors, results);
    return results;
  });
}
