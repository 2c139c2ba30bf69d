import { existsSync, readdirSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../config.ts';
import { messageOf } from '../../lib/errors.ts';
import { listSupportedBackends } from '../../lib/onnxruntime.ts';
import { fileSize } from '../output/text.ts';
import { error, type Finding, ok, warning } from './finding.ts';

/** Node.js itself. `version` as in process.version. */
export function nodeFinding(version = process.version): Finding {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    return error('Node.js', `${version} is too old`, 'install Node.js 24');
  if (major < 22) return warning('Node.js', `${version} is past its end of life`, 'install Node.js 24');
  return ok('Node.js', version);
}

/**
 * Whether this machine's onnxruntime has the provider that is asked for (`auto`: any). One that is not bundled is a
 * file of its own.
 */
export function onnxruntimeFinding(
  { provider }: Pick<Config, 'provider'>,
  backends: readonly { name: string; bundled: boolean }[] = listSupportedBackends(),
): Finding {
  const names = backends.filter(({ name, bundled }) => bundled || isInstalled(name)).map(({ name }) => name);
  const found = `providers: ${names.join(', ')}`;
  if (provider === 'auto' || names.includes(provider)) return ok('onnxruntime', `${found}; uses ${provider}`);
  return warning(
    'onnxruntime',
    `${found}; EXECUTION_PROVIDER=${provider} is not among them, so the CPU is used`,
    provider === 'cuda'
      ? 'install CUDA: ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js'
      : 'set EXECUTION_PROVIDER to one of them',
  );
}

function isInstalled(provider: string): boolean {
  const bin = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')), 'bin');
  const place = join(process.platform, process.arch);
  return readdirSync(bin).some((version) =>
    readdirSync(join(bin, version, place)).some((file) => file.includes(`providers_${provider}`)),
  );
}

const LITTLE = 1e9;
const TOO_LITTLE = 100e6;

/** Whether a folder can be written to, and how much room there is. It need not exist yet. */
export async function diskFinding(name: string, folder: string, stat = statfs): Promise<Finding> {
  const what = `disk (${name})`;
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    await access(existing, constants.W_OK);
  } catch {
    return error(what, `${existing} cannot be written to`, `let this user write there, or set ${name}`);
  }
  const { bavail, bsize } = await stat(existing);
  const free = bavail * bsize;
  const found = `${fileSize(free)} free at ${existing}`;
  const advice = `make room, or set ${name} to a folder on another disk`;
  if (free < TOO_LITTLE) return error(what, found, advice);
  return free < LITTLE ? warning(what, found, advice) : ok(what, found);
}

/** Whether charts have their font: without it their labels would be blank. */
export async function fontFinding(
  file = fileURLToPath(new URL('../../lib/fonts/DejaVuSans.ttf', import.meta.url)),
): Promise<Finding> {
  const advice = 'install Chispa again: it ships with it';
  if (!existsSync(file)) return error('fonts', `${file} is missing`, advice);
  try {
    const { GlobalFonts } = await import('@napi-rs/canvas');
    if (GlobalFonts.registerFromPath(file, 'Chispa doctor'))
      return ok('fonts', 'the font of the charts is there');
    return error('fonts', `${file} is damaged`, advice);
  } catch (thrown) {
    return error(
      'fonts',
      `pictures cannot be drawn: ${messageOf(thrown)}`,
      'install Chispa again for this platform',
    );
  }
}
