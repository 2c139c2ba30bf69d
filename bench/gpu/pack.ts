import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { runtimeVersion } from '../../src/engine/session.ts';
import { packageRoot } from '../../src/lib/paths.ts';

/** Libraries of Debian and Ubuntu that a server may lack: the Vulkan loader, and what NVIDIA's driver for it may need. */
const LIBRARIES = [
  ...['vulkan.so.1', 'GLX.so.0', 'EGL.so.1', 'GLdispatch.so.0'],
  ...['X11.so.6', 'Xext.so.6', 'xcb.so.1', 'Xau.so.6', 'Xdmcp.so.6', 'bsd.so.0', 'md.so.0'],
];
const LIBRARY_FOLDER = '/usr/lib/x86_64-linux-gnu';
const LARGEST = 38e6;

/**
 * Writes one archive with all that the benchmark needs on a 64-bit x86 Linux machine besides a driver and PyTorch: Node
 * and onnxruntime, stripped and compressed (made once, it takes minutes), the libraries, and the benchmark in one file.
 * Weights are made there. Needs Debian's `libvulkan1`, `libegl1`, `libglx0`, `libxext6`, `xz-utils` and `binutils`.
 */
export async function pack(file: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'chispa-pack-'));
  try {
    const ours = join(packageRoot, 'bench/gpu');
    await build({
      entryPoints: [join(ours, 'main.ts')],
      outfile: join(folder, 'bench/gpu/main.mjs'),
      ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20', minify: true },
      external: ['onnxruntime-node', './pack.ts'],
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    });
    cpSync(join(ours, 'torch_peer.py'), join(folder, 'bench/gpu/torch_peer.py'));
    cpSync(join(ours, 'run.sh'), join(folder, 'run.sh'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    mkdirSync(join(folder, 'models/mini-es'), { recursive: true });
    cpSync(join(packageRoot, 'models/mini-es/config.json'), join(folder, 'models/mini-es/config.json'));
    const libraries = LIBRARIES.map((name) => `lib${name}`);
    execFileSync('tar', ['-chJf', join(folder, 'lib.tar.xz'), '-C', LIBRARY_FOLDER, ...libraries]);
    for (const name of ['onnxruntime-node', 'onnxruntime-common'])
      cpSync(packageFolder(name), join(folder, 'node_modules', name), {
        recursive: true,
        filter: (path) =>
          !/\/(bin|lib|esm|script|node_modules\/.*\/node_modules)$|\.(map|ts|min\.js|mjs)$/.test(path),
      });
    cpSync(runtimeArchive(), join(folder, 'runtime.tar.xz'));
    mkdirSync(dirname(file), { recursive: true });
    execFileSync('tar', ['--owner=0', '--group=0', '-cf', file, '-C', folder, '.']);
    const { size } = statSync(file);
    console.log(`${file}: ${(size / 1e6).toFixed(1)} MB`);
    console.log(`There: mkdir gpu && tar xf ${file} -C gpu && sh gpu/run.sh RESULTS`);
    if (size > LARGEST) throw new Error(`the archive has more than ${LARGEST / 1e6} MB`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Node and onnxruntime without debug symbols, compressed. */
function runtimeArchive(): string {
  const folder = join(packageRoot, '.cache/bench/gpu');
  const archive = join(folder, `runtime-${process.version}-${runtimeVersion}.tar.xz`);
  if (existsSync(archive)) return archive;
  const staging = join(folder, 'runtime');
  mkdirSync(staging, { recursive: true });
  cpSync(process.execPath, join(staging, 'node'), { dereference: true });
  cpSync(join(packageFolder('onnxruntime-node'), 'bin/napi-v6/linux/x64'), staging, {
    recursive: true,
    dereference: true,
  });
  execFileSync('sh', ['-c', 'strip node libonnxruntime.so.1 && tar -c . | xz -6 >../runtime.part'], {
    cwd: staging,
  });
  execFileSync('mv', [join(folder, 'runtime.part'), archive]);
  rmSync(staging, { recursive: true });
  return archive;
}

/** Folder of an installed package. */
function packageFolder(name: string): string {
  const entry = createRequire(import.meta.url).resolve(name);
  return entry.slice(0, entry.lastIndexOf(`/${name}/`) + name.length + 1);
}
