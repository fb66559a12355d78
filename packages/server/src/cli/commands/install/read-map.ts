import { readFileSync, readdirSync } from 'node:fs'
import type { CrmMap } from '../../../capture/map/map-schema.ts'
import { parseMap } from '../../../capture/map/parse-map.ts'
import { StartError } from '../../../domain/errors.ts'
import { findNearest } from '../../../database/nearest-name.ts'

const FOLDER = new URL('../../../../presets/', import.meta.url)

/** The CRMs whose maps the program has. */
export const PRESETS: readonly string[] = listPresets()

function listPresets(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()
}

export interface MapOptions {
  map?: string
  preset?: string
  organization?: string
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/**
 * Reads the map that the options name.
 * @throws StartError
 */
export function readGivenMap(options: MapOptions): CrmMap {
  const map = readFile(options)
  const { organization } = options
  if (organization === undefined) return map
  if (!UUID.test(organization)) throw new StartError('--organization: must be a UUID')
  if (map.organizations !== undefined && !('value' in map.organizations))
    throw new StartError('--organization: this map has many organizations; it names where they are')
  return { ...map, organizations: { value: organization } }
}

function readFile({ map, preset }: MapOptions): CrmMap {
  if (map !== undefined && preset !== undefined) throw new StartError('--map and --preset: choose one')
  if (preset !== undefined) return readPreset(preset)
  if (map === undefined) {
    throw new StartError(
      '--map is missing. Write one with --interactive, or with --guess > map.json, or use --preset.',
    )
  }
  return parseMap(readText(map), map)
}

function readPreset(name: string): CrmMap {
  if (!PRESETS.includes(name)) {
    const nearest = findNearest(name, PRESETS)
    const hint = nearest === undefined ? `they are ${PRESETS.join(', ')}` : `did you mean ${nearest}?`
    throw new StartError(`--preset: there is none called ${name}; ${hint}`)
  }
  return parseMap(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'), `the preset ${name}`)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new StartError(`--map: ${(error as Error).message}`)
  }
}
