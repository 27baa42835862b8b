#!/bin/sh
# Removes what no process loads from the apps deployed below the folder $1. The Dockerfile runs `analyze` on what is left.
set -eu
root=$1
arch=$(node -p process.arch)

# remove PACKAGE TEST...: removes the entries of the package's folder that match these tests of `find`.
remove() {
  package=$1
  shift
  find "$root" -type d -path "*/node_modules/$package" | while read -r folder; do
    (cd "$folder" && find . -mindepth 1 "$@" -exec rm -rf {} +)
  done
}

# Declarations, source maps and the compiler's state.
find "$root" -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name .tsbuildinfo \) -delete

# Libraries for other systems.
remove onnxruntime-node -path './bin/*/*/*' -prune ! -path "./bin/*/linux/$arch"
remove usearch -path './prebuilds/*' -prune ! -name "linux-$arch"
remove @julusian/jpeg-turbo -path './prebuilds/*' -prune ! -name "jpeg-turbo-linux-$arch"
# The images have Debian's.
remove "@ffmpeg-installer/linux-$arch" -name ffmpeg
# Sources, tests, and builds for browsers.
remove @julusian/jpeg-turbo -path ./src
remove usearch -maxdepth 1 ! -name package.json ! -name LICENSE ! -name javascript ! -name prebuilds ! -name node_modules
remove zod -path ./src
remove bintrees -path ./test
for part in core converter backend-wasm backend-cpu; do
  remove "@tensorflow/tfjs-$part" -path './dist/*' -prune ! -name '*.node.js' ! -name '*.wasm'
done
# Of Human: three models, the pictures and the font of the demonstration, and the file by which its folder is found.
remove @vladmandic/human -maxdepth 1 ! -name package.json ! -name LICENSE ! -name dist ! -name models ! -name assets
remove @vladmandic/human -path './dist/*' ! -name human.node.js
remove @vladmandic/human -path './models/*' ! -name 'blazeface.*' ! -name 'facemesh.*' ! -name 'faceres.*'
# Of face-api: dlib's network, and the file by which its folder is found.
remove @vladmandic/face-api -maxdepth 1 ! -name package.json ! -name LICENSE ! -name dist ! -name model
remove @vladmandic/face-api -path './dist/*' ! -name face-api.esm.js
remove @vladmandic/face-api -path './model/*' ! -name 'face_recognition_model*'
# Labels are drawn in one font.
remove dejavu-fonts-ttf -path './ttf/*' ! -name DejaVuSans-Bold.ttf
# Text in pictures is read with one of tesseract's cores, whichever this processor can run, and with the smallest data.
remove tesseract.js-core ! -name package.json ! -name LICENSE ! -name 'tesseract-core*'
remove tesseract.js-core '(' -name '*-lstm.*' -o -name '*.wasm.js' ')'
remove tesseract.js -maxdepth 1 ! -name package.json ! -name LICENSE.md ! -name src ! -name node_modules
remove @tesseract.js-data/eng -path ./4.0.0
