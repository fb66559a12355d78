import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import { findNearest } from '../../database/nearest-name.ts'
import type { Catalog, ForeignKey, Relation, Relationship } from './schema.ts'

export function isToOne({ cardinality }: Relationship): boolean {
  return cardinality === 'many-to-one' || cardinality === 'one-to-one'
}

/**
 * Derives a relationship in both directions from each foreign key, and a many-to-many relationship from two foreign
 * keys in one primary key.
 */
export function deriveRelationships(foreignKeys: readonly ForeignKey[]): Relationship[] {
  return [...foreignKeys.flatMap(deriveBoth), ...deriveThroughJunctions(foreignKeys)]
}

function deriveBoth(key: ForeignKey): Relationship[] {
  const { name, from, columns, to, references } = key
  const isUnique = from.uniqueKeys.some((unique) => unique.every((column) => columns.includes(column)))
  return [
    {
      ...key,
      cardinality: isUnique ? 'one-to-one' : 'many-to-one',
      isOutward: true,
      junction: null,
    },
    {
      name,
      cardinality: isUnique ? 'one-to-one' : 'one-to-many',
      from: to,
      columns: references,
      to: from,
      references: columns,
      isOutward: false,
      junction: null,
    },
  ]
}

function deriveThroughJunctions(foreignKeys: readonly ForeignKey[]): Relationship[] {
  return foreignKeys.flatMap((near) =>
    foreignKeys
      .filter((far) => far !== near && far.from === near.from && areInPrimaryKey(near, far))
      .map((far): Relationship => ({
        name: near.from.name,
        cardinality: 'many-to-many',
        from: near.to,
        columns: near.references,
        to: far.to,
        references: far.references,
        isOutward: false,
        junction: { relation: near.from, near: near.columns, far: far.columns },
      })),
  )
}

function areInPrimaryKey(near: ForeignKey, far: ForeignKey): boolean {
  const { primaryKey } = near.from
  return [...near.columns, ...far.columns].every((column) => primaryKey.includes(column))
}

/**
 * Resolves `target`, embedded into rows of `from`: a table, one of the foreign keys of `from`, or its column. `hint`
 * selects one of several: by foreign key, by its column or by the junction.
 * @throws ApiError PGRST200 for none, PGRST201 for several
 */
export function findRelationship(
  { relationships, relations }: Catalog,
  from: Relation,
  target: string,
  hint: string | null,
): Relationship {
  const starting = relationships.filter((relationship) => relationship.from === from)
  const [found, ...others] = starting.filter((relationship) =>
    hint === null ? isNamed(relationship, target) : isHinted(relationship, target, hint),
  )
  if (found === undefined) throw refuseUnrelated(from, target, hint, [...relations.keys()], starting)
  if (others.length > 0) throw new AmbiguousEmbedError(from, target, [found, ...others])
  return found
}

function isNamed(relationship: Relationship, target: string): boolean {
  const { name, from, to, columns, isOutward, junction } = relationship
  // For a table related to itself, the table's name means the one-to-many direction.
  if (to.name === target) return !(to === from && isOutward)
  if (junction !== null) return false
  if (name === target) return to !== from || isOutward
  return isOutward && isOneColumn(columns, target)
}

function isHinted(relationship: Relationship, target: string, hint: string): boolean {
  const { name, from, to, columns, references, isOutward } = relationship
  if (to.name !== target || (to === from && isOutward)) return false
  return name === hint || isOneColumn(columns, hint) || isOneColumn(references, hint)
}

/** A key of the organization and one other column is named by that column: both sides always share the organization. */
function isOneColumn(names: readonly string[], wanted: string): boolean {
  const [name, ...others] = names.length > 1 ? names.filter((one) => one !== 'organization_id') : names
  return name === wanted && others.length === 0
}

function refuseUnrelated(
  from: Relation,
  target: string,
  hint: string | null,
  relations: readonly string[],
  starting: readonly Relationship[],
): ApiError {
  const related = starting.map(({ to }) => to.name)
  const nearest =
    related.includes(target) || relations.includes(target) ? undefined : findNearest(target, related)
  const using = hint === null ? '' : ` using the hint '${hint}'`
  return new ApiError(
    400,
    'PGRST200',
    verbatim(`Could not find a relationship between '${from.name}' and '${target}' in the schema cache`),
    {
      details:
        `Searched for a foreign key relationship between '${from.name}' and '${target}'${using} ` +
        `in the schema 'public', but no matches were found.`,
      hint: verbatim(
        nearest === undefined
          ? listRelated(from, related)
          : `Perhaps you meant '${nearest}' instead of '${target}'.`,
      ),
    },
  )
}

function listRelated(from: Relation, related: readonly string[]): string {
  const names = [...new Set(related)].map((name) => `'${name}'`)
  return names.length === 0
    ? `No resource can be embedded in '${from.name}'.`
    : `Embeddable resources: ${names.join(', ')}.`
}

/** Several relationships match: the response lists them for the client to choose from. */
export class AmbiguousEmbedError extends ApiError {
  readonly choices: readonly object[]

  constructor(from: Relation, target: string, found: readonly Relationship[]) {
    const hints = found.map(({ name, to }) => `'${to.name}!${name}'`).join(', ')
    super(
      300,
      'PGRST201',
      verbatim(
        `Could not embed because more than one relationship was found for '${from.name}' and '${target}'`,
      ),
      {
        hint: verbatim(
          `Try changing '${target}' to one of the following: ${hints}. ` +
            `Find the desired relationship in the 'details' key.`,
        ),
      },
    )
    this.choices = found.map((relationship) => ({
      cardinality: relationship.cardinality,
      embedding: `${from.name} with ${relationship.to.name}`,
      relationship: describeRelationship(relationship),
    }))
  }
}

function describeRelationship({ name, from, columns, to, references, junction }: Relationship): string {
  const near = `${from.name}(${columns.join(', ')})`
  const far = `${to.name}(${references.join(', ')})`
  if (junction === null) return `${name} using ${near} and ${far}`
  const { relation } = junction
  return `${relation.name} using ${relation.name}(${junction.near.join(', ')}) and ${relation.name}(${junction.far.join(', ')})`
}
