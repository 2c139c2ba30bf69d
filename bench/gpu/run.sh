#!/bin/sh
# Runs Chispa's GPU benchmark from its archive: sh run.sh FOLDER [options of `npm run bench:gpu`]. Results go to FOLDER.
# Needs an NVIDIA driver and a python3 with PyTorch; uses no network, and writes nothing but FOLDER and this folder.
set -u
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" && out=$(cd "$1" && pwd) && shift
cd "$here" || exit 1
binaries=node_modules/onnxruntime-node/bin/napi-v6/linux/x64
mkdir -p $binaries models lib
python3 -c "import tarfile; tarfile.open('runtime.tar.xz').extractall('$binaries'); tarfile.open('lib.tar.xz').extractall('lib')" || exit 1
node=$here/$binaries/node

# What the system has comes first; `lib` holds what a server without a display may lack.
export TORCH_LD_LIBRARY_PATH="${LD_LIBRARY_PATH:-}"
export LD_LIBRARY_PATH="/usr/local/nvidia/lib64:/usr/local/nvidia/lib:/usr/lib/x86_64-linux-gnu:${LD_LIBRARY_PATH:-}:$here/lib"
nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm --format=csv 2>&1 | tee "$out/card.txt"

icd() {
  printf '{"file_format_version":"1.0.0","ICD":{"library_path":"%s","api_version":"1.3.0"}}' "$1" >"$here/$2.json"
  echo "$here/$2.json"
}
for file in ${VK_DRIVER_FILES:-} ${VK_ICD_FILENAMES:-} /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json \
  /etc/vulkan/icd.d/nvidia_icd.json /usr/share/vulkan/icd.d/nvidia_icd.json \
  "$(icd libGLX_nvidia.so.0 glx)" "$(icd libEGL_nvidia.so.0 egl)"; do
  [ -e "$file" ] || continue
  export VK_DRIVER_FILES="$file" VK_ICD_FILENAMES="$file"
  echo "Vulkan driver $file"
  if timeout 25 "$node" bench/gpu/main.mjs probe --models models 2>"$out/probe.log" | tee "$out/adapter.txt" && grep -q yes "$out/adapter.txt"; then break; fi
  tail -2 "$out/probe.log"
done
exec "$node" bench/gpu/main.mjs --out "$out" --models models "$@" 2>"$out/errors.log"
