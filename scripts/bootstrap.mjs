/**
 * Makes a fresh clone ready to run: installs the packages and builds the code. Plain Node, since nothing is installed when it starts.
 * It prints to standard error only: standard output belongs to the command that runs afterwards.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const pnpmVersion = '12.21.0';
const neededNode = [20, 19];
const stamps = path.join(root, 'node_modules', '.cache', 'watchpost');
const consoleFolder = path.join(root, 'apps', 'console');
const vite = path.join(consoleFolder, 'node_modules', 'vite', 'bin', 'vite.js');
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');

/**
 * Installs and builds what is missing or outdated. If that fails, or `gone` aborts meanwhile, prints the reason and exits with code 1.
 * A signal ends it together with what it runs.
 */
export async function ensureReady(gone = new AbortController().signal) {
  checkSystem();
  checkNode();
  const end = () => process.kill(process.pid, 'SIGTERM');
  gone.addEventListener('abort', end);
  // npx fetches the pnpm version that wrote the lock file.
  await unlessDone('install', installState, async () => {
    await step('installing packages', 'npx', ['--yes', `pnpm@${pnpmVersion}`, 'install', '--frozen-lockfile']);
  });
  await unlessDone('build', sourceState, async () => {
    for (const folder of codeFolders().filter((each) => !isBuilt(each))) rmSync(buildInfo(folder), { force: true });
    await step('building', process.execPath, [tsc, '-b', ...codeFolders()]);
    for (const folder of codeFolders()) removeOrphans(path.join(root, folder));
  });
  await unlessDone('pages', pagesState, async () => {
    await step('building the console', process.execPath, [
      vite,
      'build',
      '--logLevel',
      'warn',
      '--config',
      path.join(consoleFolder, 'vite.config.ts'),
    ]);
  });
  gone.removeEventListener('abort', end);
}

/** Runs one of the repository's tools with our standard streams. Resolves to its exit code. */
export function runTool(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    const done = endWithUs(child);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      done();
      resolve(signal ? 1 : code);
    });
  });
}

/** Passes on the signals that end us, and ends with the child. Returns how to stop that. */
function endWithUs(child) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  let received;
  const pass = (signal) => {
    received ??= signal;
    child.kill(signal);
  };
  const done = () => {
    for (const signal of signals) process.off(signal, pass);
  };
  for (const signal of signals) process.on(signal, pass);
  child.once('close', () => {
    done();
    // Nobody listens any more: this ends us at once, before anybody takes the child's end for a failure.
    if (received) process.kill(process.pid, received);
  });
  return done;
}

function checkSystem() {
  const { os } = JSON.parse(readText(path.join(root, 'package.json')));
  if (os.includes(process.platform)) return;
  const windows = process.platform === 'win32';
  fail(`watchpost runs on Linux and macOS, not on ${windows ? 'Windows: run it in WSL (wsl --install)' : process.platform}`);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > neededNode[0] || (major === neededNode[0] && minor >= neededNode[1])) return;
  fail(`Node ${neededNode.join('.')} or newer is needed, this is ${process.versions.node}`);
}

/** Runs `work` unless nothing has changed since it last succeeded. */
async function unlessDone(name, state, work) {
  const stamp = path.join(stamps, name);
  if (readText(stamp) === state()) return;
  await work();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, state());
}

/** Changes whenever the packages must be installed again. */
function installState() {
  const manifests = [
    'package.json',
    'pnpm-workspace.yaml',
    'pnpm-lock.yaml',
    ...packageFolders().map((folder) => path.join(folder, 'package.json')),
  ];
  const present = packageFolders().every((folder) => isThere(path.join(folder, 'node_modules')));
  return digest([process.platform, process.arch, String(present), ...manifests.map((file) => readText(path.join(root, file)))]);
}

/** Changes whenever the code may need a build. The compiler checks more closely; this only saves starting it. */
function sourceState() {
  const folders = codeFolders();
  const files = folders.flatMap((folder) => [`${folder}/tsconfig.json`, ...filesUnder(path.join(root, folder, 'src'))]);
  return digest([
    String(folders.every(isBuilt)),
    ...['tsconfig.base.json', 'pnpm-lock.yaml', ...files].map((file) => {
      const full = path.resolve(root, file);
      const { mtimeMs, size } = statSync(full);
      return `${full} ${mtimeMs} ${size}`;
    }),
  ]);
}

/** Changes whenever the console's pages must be bundled again. */
function pagesState() {
  const files = [path.join(consoleFolder, 'vite.config.ts'), ...filesUnder(path.join(consoleFolder, 'client'))];
  const built = String(isThere(path.join(consoleFolder, 'public', 'index.html')));
  return digest([built, readText(path.join(root, 'pnpm-lock.yaml')), ...files.flatMap((file) => [file, readText(file)])]);
}

const buildInfo = (folder) => path.join(root, folder, 'dist', '.tsbuildinfo');

/** Whether every source has its compiled file. The compiler does not look: it trusts what it wrote down. */
function isBuilt(folder) {
  const from = path.join(root, folder, 'src');
  const compiled = (file) => path.join(root, folder, 'dist', path.relative(from, file).replace(/\.ts$/, '.js'));
  return isThere(buildInfo(folder)) && filesUnder(from).every((file) => isThere(compiled(file)));
}

/** All packages of the workspace, as pnpm-workspace.yaml lists them. */
function packageFolders() {
  const inFolder = (parent) =>
    readdirSync(path.join(root, parent), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [`${parent}/${entry.name}`] : [],
    );
  return [...inFolder('packages'), ...inFolder('apps'), 'test'];
}

/** The packages that are built; tests are only type-checked. */
const codeFolders = () => packageFolders().filter((folder) => folder !== 'test');

const filesUnder = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [path.join(entry.parentPath, entry.name)] : [],
  );

/** Removes compiled files whose source is gone: the compiler leaves them, and the condition `internals` would let tests import them. */
function removeOrphans(folder) {
  const dist = path.join(folder, 'dist');
  for (const file of filesUnder(dist)) {
    const [, name] = /^(.*?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(path.relative(dist, file)) ?? [];
    if (name !== undefined && !isThere(path.join(folder, 'src', `${name}.ts`))) rmSync(file);
  }
}

/** Runs a command, reports that it is still running, and shows its output only if it fails. */
async function step(what, command, args) {
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  say(`${what} …`);
  const timer = setInterval(() => say(`still ${what} (${seconds()})`), 15_000);
  const { code, output } = await new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const done = endWithUs(child);
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => {
      done();
      resolve({ code, output: Buffer.concat(chunks).toString() });
    });
  });
  clearInterval(timer);
  if (code !== 0) fail(`${what} failed:\n${output.trimEnd()}`);
  say(`${what} done (${seconds()})`);
}

const digest = (parts) => createHash('sha256').update(parts.join('\n')).digest('hex');
const say = (text) => process.stderr.write(`watchpost: ${text}\n`);

function fail(reason) {
  say(reason);
  process.exit(1);
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function isThere(file) {
  try {
    return Boolean(statSync(path.resolve(root, file)));
  } catch {
    return false;
  }
}
