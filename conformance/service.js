// A Renfort of one's own: the built binary, a temporary data directory, keys, a
// free port.

import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');

// missionIndex is the index whose records are missions.
export const missionIndex = 'missions';

// start gives a running service: {host, protocol, keys, ca, stop}. keys are
// write (everything), search (that alone) and slow (four searches a second).
// With tls it makes a certificate of its own, to be trusted by ca. The binary is
// that of RENFORT_BIN, or built now.
export async function start({ tls = false } = {}) {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'renfort-conformance-'));
  try {
    const binary = process.env.RENFORT_BIN ?? (await build(dir));
    const keys = await makeKeys(binary, dir);
    const args = ['serve', '--addr', '127.0.0.1:0', '--data', path.join(dir, 'data'),
      '--keys', path.join(dir, 'keys.ndjson'), '--mission-index', missionIndex, '--cors', '*'];
    let ca;
    if (tls) {
      ca = await certificate(dir);
      args.push('--tls-cert', path.join(dir, 'cert.pem'), '--tls-key', path.join(dir, 'key.pem'));
    }
    const { child, host, log } = await serve(binary, args);
    const stop = async () => {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await fs.rm(dir, { recursive: true, force: true });
      if (child.exitCode !== 0) throw new Error(`the service ended with ${child.exitCode ?? child.signalCode}:\n${log()}`);
    };
    return { host, protocol: tls ? 'https' : 'http', keys, ca, stop };
  } catch (error) {
    await fs.rm(dir, { recursive: true, force: true });
    throw error;
  }
}

async function build(dir) {
  const binary = path.join(dir, 'renfort');
  await run('go', ['build', '-buildvcs=false', '-o', binary, './cmd/renfort'], { cwd: root });
  return binary;
}

// makeKeys writes the file of --keys, and gives the keys.
async function makeKeys(binary, dir) {
  const keys = {};
  for (const [name, ...flags] of [['write', '--scopes=admin,write,search,recommend'], ['search', '--scopes=search'], ['slow', '--scopes=search', '--rate=4']]) {
    const { stdout, stderr } = await run(binary, ['keys', 'new', '--name', name, ...flags]);
    await fs.appendFile(path.join(dir, 'keys.ndjson'), stdout);
    keys[name] = /^rk_\S+$/m.exec(stderr)[0];
  }
  return keys;
}

async function certificate(dir) {
  const cert = path.join(dir, 'cert.pem');
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost',
    '-keyout', path.join(dir, 'key.pem'), '-out', cert]);
  return fs.readFile(cert, 'utf8');
}

// serve waits until the service says where it listens.
async function serve(binary, args) {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => { said = (said + chunk).slice(-20000); });
  const lines = readline.createInterface({ input: child.stdout });
  const host = await new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      said += `${line}\n`;
      const found = / on (?:https?:\/\/)?([\d.]+:\d+)/.exec(line);
      if (found) resolve(found[1]);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${binary} ${args.join(' ')}: exit ${code}\n${said}`)));
  });
  return { child, host, log: () => said };
}
