import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '../free-port.ts'
import { endWithParent } from '../tied-children.ts'
import { waitFor } from '../wait.ts'
import type { Receiver } from './receiver.ts'

export function hasNginx(): boolean {
  return spawnSync('nginx', ['-v']).status === 0
}

/** Starts nginx in a temporary folder; `stub_status` counts requests. */
export async function startNginx(): Promise<Receiver> {
  const folder = mkdtempSync(join(tmpdir(), 'connectgain-bench-nginx-'))
  const port = await findFreePort()
  writeFileSync(join(folder, 'nginx.conf'), configure(folder, port))
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')]
  const child = endWithParent(spawn('nginx', args, { stdio: 'ignore' }))
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${port}`
  // Reading the counter is counted as well.
  let reads = 0
  async function count(): Promise<number> {
    const status = await (await fetch(`${url}/status`)).text()
    reads += 1
    const requests = /^ *\d+ +\d+ +(\d+)/m.exec(status)?.[1]
    if (requests === undefined) throw new Error(`nginx: no count in its status:\n${status}`)
    return Number(requests) - reads
  }
  const isUp = async (): Promise<boolean> =>
    await fetch(`${url}/up`, { method: 'POST' }).then(
      () => true,
      () => {
        if (child.exitCode !== null) throw new Error(readFileSync(join(folder, 'error.log'), 'utf8'))
        return false
      },
    )
  await waitFor('nginx to answer', isUp, { limitMs: 10_000 })
  return {
    kind: 'nginx',
    url,
    pid: child.pid ?? 0,
    count,
    async close() {
      child.kill('SIGTERM')
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function configure(folder: string, port: number): string {
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 8192; }
http {
  access_log off;
  keepalive_requests 100000000;
  keepalive_timeout 300s;
  client_body_buffer_size 64k;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    default_type text/plain;
    location = /status { stub_status; }
    location / { return 200 "ok"; }
  }
}
`
}
