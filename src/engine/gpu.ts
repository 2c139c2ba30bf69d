import { existsSync, readdirSync } from 'node:fs';

/**
 * Why this machine has no GPU worth trying, or undefined if it may have one. On Linux, a GPU has a device file, unless
 * the host names a Vulkan driver; looking for it takes microseconds, where onnxruntime takes a fifth of a second and
 * 100 MB to find nothing. macOS and Windows always have one.
 */
export function missingGpu(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  if (process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES) return undefined;
  const rendering = '/dev/dri';
  const found =
    ['/dev/nvidia0', '/dev/dxg'].some((file) => existsSync(file)) ||
    (existsSync(rendering) && readdirSync(rendering).some((name) => name.startsWith('renderD')));
  return found ? undefined : 'this machine has no GPU';
}
