import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments, parse as parseYaml } from 'yaml'
import { MAX_SHUTDOWN_MS } from '../src/server/start-node.ts'
import { SETTINGS } from '../src/settings/settings.ts'

// No container engine is available to these tests: they check what can be checked without one.
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const NAMES = new Set<string>(Object.values(SETTINGS).map(({ name }) => name))
const STOP_SECONDS = MAX_SHUTDOWN_MS / 1_000
const PORT = 4600

const requireSettings = (names: readonly string[]): void =>
  assert.deepEqual(
    names.filter((name) => !NAMES.has(name) && name !== 'NODE_ENV'),
    [],
  )

interface Probe {
  httpGet: { path: string; port: string }
}

interface Container {
  env?: { name: string; value: string }[]
  ports: { name: string; containerPort: number }[]
  securityContext: Record<string, unknown>
  readinessProbe: Probe
  livenessProbe: Probe
}

interface Resource {
  kind: string
  metadata: { name: string }
  data?: Record<string, string>
  spec: {
    minAvailable?: number
    replicas?: number
    selector: { matchLabels?: Record<string, string> } & Record<string, string>
    template: {
      metadata: { labels: Record<string, string> }
      spec: { terminationGracePeriodSeconds: number; containers: Container[] }
    }
  }
}

const resources = parseAllDocuments(read('ops/kubernetes/connectgain-webhooks.yaml')).map((document) => {
  assert.deepEqual(document.errors, [])
  return document.toJS() as Resource
})
const deployments = resources.filter(({ kind }) => kind === 'Deployment')

test('the Dockerfile copies existing files, runs as an unprivileged user and has a health check', () => {
  const dockerfile = read('ops/docker/Dockerfile')
  const ignored = read('.dockerignore')
  for (const path of [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'LICENSE',
    'packages',
    'docs',
    'examples',
  ]) {
    assert.ok(existsSync(join(ROOT, path)), path)
    assert.match(ignored, new RegExp(`^!${path.replace('.', '\\.')}$`, 'm'))
  }
  assert.match(dockerfile, /^USER node$/m)
  assert.match(dockerfile, new RegExp(`^EXPOSE ${PORT}$`, 'm'))
  assert.match(dockerfile, /\/health\/ready/)
  const names = [...dockerfile.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) =>
    line.split(' ').map((pair) => pair.split('=')[0] ?? ''),
  )
  requireSettings(names)
})

test('the compose file has known settings and enough time to stop', () => {
  const compose = parseYaml(read('ops/docker/compose.yaml')) as {
    services: {
      webhooks: { environment: Record<string, string>; stop_grace_period: string; ports: string[] }
    }
  }
  const { environment, stop_grace_period, ports } = compose.services.webhooks
  requireSettings(Object.keys(environment))
  assert.ok(Number.parseInt(stop_grace_period, 10) > STOP_SECONDS)
  assert.deepEqual(ports, [`127.0.0.1:${PORT}:${PORT}`])
})

test('the Kubernetes manifest runs API and workers separately, each with a disruption budget that keeps one pod', () => {
  const roles = deployments.map(
    ({ spec }) => spec.template.spec.containers[0]?.env?.find(({ name }) => name === 'ROLE')?.value,
  )
  assert.deepEqual(roles, ['api', 'worker'])
  for (const { spec } of deployments) {
    const budget = resources.find(
      (each) =>
        each.kind === 'PodDisruptionBudget' &&
        JSON.stringify(each.spec.selector) === JSON.stringify(spec.selector),
    )
    assert.equal(budget?.spec.minAvailable, 1)
    assert.ok((spec.replicas ?? 0) > 1)
    assert.deepEqual(spec.template.metadata.labels, spec.selector.matchLabels)
  }
})

test('the Kubernetes manifest has known settings, health probes and enough time to stop', () => {
  for (const { spec } of deployments) {
    const { terminationGracePeriodSeconds, containers } = spec.template.spec
    assert.ok(terminationGracePeriodSeconds > STOP_SECONDS)
    const [container] = containers as [Container]
    requireSettings((container.env ?? []).map(({ name }) => name))
    assert.deepEqual(container.ports, [{ name: 'http', containerPort: PORT }])
    assert.equal(container.readinessProbe.httpGet.path, '/health/ready')
    assert.equal(container.livenessProbe.httpGet.path, '/health/live')
    assert.equal(container.securityContext['allowPrivilegeEscalation'], false)
  }
  const settings = resources.find(({ kind }) => kind === 'ConfigMap')?.data ?? {}
  requireSettings(Object.keys(settings))
  // The cores of the machine are not those of a pod.
  assert.equal(settings['WORKERS'], '1')
})

test('the systemd unit has known settings and enough time to stop', () => {
  const unit = read('ops/systemd/connectgain-webhooks.service')
  requireSettings([...unit.matchAll(/^Environment=([A-Z_]+)=/gm)].map(([, name = '']) => name))
  assert.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]) > STOP_SECONDS)
})

test('no file in ops/ contains a secret', () => {
  for (const file of globSync('ops/**/*', { cwd: ROOT, withFileTypes: true })) {
    if (!file.isFile()) continue
    const text = readFileSync(join(file.parentPath, file.name), 'utf8')
    assert.doesNotMatch(text, /(?:ENCRYPTION_KEYS|SERVICE_KEY)[=:] *[A-Za-z0-9+/]{16,}/)
  }
})
