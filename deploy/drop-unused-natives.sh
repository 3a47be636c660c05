#!/usr/bin/env bash
# Removes from a published folder what libtorch's packages bring and nothing here loads: its own tests' libraries, the Python bindings, mobile back ends.
set -euo pipefail
folder=$1
[[ -e $folder/libtorch_cpu.so ]] || { echo "$folder holds no published libtorch (libtorch_cpu.so is missing)." >&2; exit 1; }
for library in torch_python shm torchbind_test jitbackend_test backend_with_compiler aoti_custom_ops nnapi_backend; do
  rm -f "$folder/lib$library.so"
done
