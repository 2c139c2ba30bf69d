import { existsSync } from 'node:fs';

const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const LOADER = '/usr/lib/x86_64-linux-gnu/libvulkan.so.1';

/**
 * Whether this machine has SwiftShader, a Vulkan driver that computes on the CPU, and uses it as its GPU from now on.
 * Debian's chromium contains it, and `libvulkan1` the loader.
 */
export const hasSwiftShader: boolean = existsSync(DRIVER) && existsSync(LOADER);

if (hasSwiftShader) process.env.VK_DRIVER_FILES = process.env.VK_ICD_FILENAMES = DRIVER;
else console.warn('skipped: what runs on a GPU needs SwiftShader here (apt-get install chromium libvulkan1)');
