import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments, parse as parseYaml } from 'yaml'
import { MAX_SHUTDOWN_MS } from '../src/server/start-node.ts'
import { SETTINGS } from '../src/settings/settings.ts'

// The files for three NATS servers, as far as they can be checked without a container engine. nats-config.test.ts runs nats.conf.
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const SERVERS = 3
const CLIENT_PORT = 4222
const CLUSTER_PORT = 6222
const MONITOR_PORT = 8222
const NATS_STOP_SECONDS = 40

const conf = read('ops/nats/nats.conf')
/** What the configuration takes from the environment. */
const VARIABLES = [
  ...new Set([...conf.replaceAll(/^ *#.*$/gm, '').matchAll(/\$([A-Z_]+)/g)].map(([, name = '']) => name)),
]

interface Service {
  image: string
  environment: Record<string, string>
  volumes?: string[]
  stop_signal?: string
  stop_grace_period: string
  healthcheck?: { test: string[] }
  command?: string[]
}

const compose = parseYaml(read('ops/docker/compose.cluster.yaml'), { merge: true }) as {
  services: Record<string, Service>
  volumes: Record<string, unknown>
}
const composed = (start: string): [string, Service][] =>
  Object.entries(compose.services).filter(([name]) => name.startsWith(start))

test('nats.conf explains each variable that it takes, and has no secret', () => {
  assert.ok(VARIABLES.length > 5)
  for (const name of VARIABLES) assert.match(conf, new RegExp(`^#   ${name}=`, 'm'))
  assert.doesNotMatch(conf, /password: *[^$ ]/)
  for (const port of [CLIENT_PORT, CLUSTER_PORT, MONITOR_PORT])
    assert.match(conf, new RegExp(`: 0\\.0\\.0\\.0:${port}$`, 'm'))
})

test('the compose file has three servers that know each other, each with files of its own', () => {
  const servers = composed('nats-')
  assert.equal(servers.length, SERVERS)
  for (const [name, { environment, volumes = [], command, ...server }] of servers) {
    assert.deepEqual(Object.keys(environment).toSorted(), VARIABLES.toSorted())
    assert.equal(environment['NATS_NAME'], name)
    const routes = servers.map(([each]) => `nats://${each}:${CLUSTER_PORT}`)
    assert.equal(environment['NATS_ROUTES'], `[${routes.join(', ')}]`)
    assert.ok(name in compose.volumes)
    assert.ok(volumes.includes(`${name}:${environment['NATS_STORE']}`))
    const [file = '', target] = (volumes.find((each) => each.includes('nats.conf')) ?? '').split(':')
    assert.ok(existsSync(join(ROOT, 'ops/docker', file)))
    assert.deepEqual(command, ['--config', target])
    assert.ok(server.healthcheck?.test.includes(`http://127.0.0.1:${MONITOR_PORT}/healthz`))
    assert.equal(server.stop_signal, 'SIGUSR2')
    assert.ok(Number.parseInt(server.stop_grace_period, 10) > NATS_STOP_SECONDS)
  }
})

test('the nodes of the compose file have known settings, the same cluster, and enough time to stop', () => {
  const nodes = [...composed('api'), ...composed('worker')]
  assert.deepEqual(
    nodes.map(([, { environment }]) => environment['ROLE']),
    ['api', 'worker', 'worker'],
  )
  const known = new Set<string>(Object.values(SETTINGS).map(({ name }) => name))
  for (const [, { environment, stop_grace_period: grace }] of nodes) {
    assert.deepEqual(
      Object.keys(environment).filter((name) => !known.has(name)),
      [],
    )
    const servers = (environment['NATS_URL'] ?? '')
      .split(',')
      .map((url) => new URL(url.replace(/\$\{.*\}/, 'password')))
    assert.deepEqual(
      servers.map(({ host }) => host),
      composed('nats-').map(([name]) => `${name}:${CLIENT_PORT}`),
    )
    assert.equal(servers[0]?.username, 'webhooks')
    assert.equal(environment['NATS_REPLICAS'], String(SERVERS))
    assert.ok(Number.parseInt(grace, 10) > MAX_SHUTDOWN_MS / 1_000)
  }
})

interface Probe {
  httpGet: { path: string; port: string }
}

interface Manifest {
  kind: string
  metadata: { name: string }
  spec: {
    clusterIP?: string
    publishNotReadyAddresses?: boolean
    maxUnavailable?: number
    replicas?: number
    serviceName?: string
    podManagementPolicy?: string
    selector: { matchLabels?: Record<string, string> } & Record<string, string>
    volumeClaimTemplates?: { metadata: { name: string } }[]
    template: {
      metadata: { labels: Record<string, string> }
      spec: {
        terminationGracePeriodSeconds: number
        affinity: {
          podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { topologyKey: string }[] }
        }
        containers: {
          env: { name: string; value?: string }[]
          ports: { name: string; containerPort: number }[]
          readinessProbe: Probe
          livenessProbe: Probe
          volumeMounts: { name: string; mountPath: string }[]
        }[]
      }
    }
  }
}

const manifests = parseAllDocuments(read('ops/kubernetes/nats.yaml')).map((document) => {
  assert.deepEqual(document.errors, [])
  return document.toJS() as Manifest
})
const find = (kind: string): Manifest['spec'] => {
  const found = manifests.find((each) => each.kind === kind)
  assert.ok(found, kind)
  return found.spec
}

test('the StatefulSet has three servers on three machines, each with a volume, which find each other', () => {
  const set = find('StatefulSet')
  const service = find('Service')
  assert.equal(set.replicas, SERVERS)
  assert.equal(set.podManagementPolicy, 'Parallel')
  assert.equal(service.clusterIP, 'None')
  assert.equal(service.publishNotReadyAddresses, true)
  assert.deepEqual(set.selector.matchLabels, service.selector)
  assert.deepEqual(set.template.metadata.labels, service.selector)
  const { containers, affinity, terminationGracePeriodSeconds } = set.template.spec
  assert.deepEqual(
    affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.map(
      ({ topologyKey }) => topologyKey,
    ),
    ['kubernetes.io/hostname'],
  )
  assert.ok(terminationGracePeriodSeconds > NATS_STOP_SECONDS)
  const [container] = containers
  assert.ok(container)
  assert.deepEqual(
    container.ports.map(({ containerPort }) => containerPort),
    [CLIENT_PORT, CLUSTER_PORT, MONITOR_PORT],
  )
  assert.equal(container.readinessProbe.httpGet.path, '/healthz')
  assert.equal(container.livenessProbe.httpGet.path, '/healthz?js-enabled-only=true')
  const valueOf = (name: string): string | undefined =>
    container.env.find((each) => each.name === name)?.value
  const name = set.serviceName ?? ''
  const routes = Array.from({ length: SERVERS }, (_, at) => `nats://${name}-${at}.${name}:${CLUSTER_PORT}`)
  assert.equal(valueOf('NATS_ROUTES'), `[${routes.join(', ')}]`)
  const [claim] = set.volumeClaimTemplates ?? []
  const mount = container.volumeMounts.find((each) => each.name === claim?.metadata.name)
  assert.equal(mount?.mountPath, valueOf('NATS_STORE'))
})

test('the StatefulSet and the secrets of its comment give nats.conf every variable', () => {
  const text = read('ops/kubernetes/nats.yaml')
  const [container] = find('StatefulSet').template.spec.containers
  const given = [
    ...(container?.env ?? []).map(({ name }) => name),
    ...[...text.matchAll(/--from-literal=([A-Z_]+)=/g)].map(([, name = '']) => name),
  ]
  assert.deepEqual(
    VARIABLES.filter((name) => !given.includes(name)),
    [],
  )
  const path = /--from-file=(\S+)/.exec(text)?.[1] ?? ''
  assert.ok(existsSync(join(ROOT, path)), dirname(path))
})

test('a disruption never takes more than one server', () => {
  const budget = find('PodDisruptionBudget')
  assert.equal(budget.maxUnavailable, 1)
  assert.deepEqual(budget.selector.matchLabels, find('StatefulSet').selector.matchLabels)
})

test('the systemd unit of a server starts it with this configuration, and stops it in lame duck mode', () => {
  const unit = read('ops/nats/nats-server.service')
  assert.match(unit, /^ExecStart=\S+nats-server --config \/etc\/nats\/nats\.conf$/m)
  assert.match(unit, /^KillSignal=SIGUSR2$/m)
  assert.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]) > NATS_STOP_SECONDS)
  const state = /^StateDirectory=(.*)$/m.exec(unit)?.[1]
  assert.match(conf, new RegExp(`^#   NATS_STORE=/var/lib/${state} `, 'm'))
})
