import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import { findNearest } from '../../database/nearest-name.ts'

/** The types that `::` may name. A fixed list, because a type's name becomes part of the SQL text. */
const types = new Set(
  [
    'text,varchar,character varying,char,character,bpchar,name,bool,boolean,smallint,int2,int,integer,int4,bigint,int8',
    'oid,real,float4,float,float8,double precision,numeric,decimal,money,date,time,time without time zone,timetz',
    'time with time zone,interval,timestamp,timestamp without time zone,timestamptz,timestamp with time zone',
    'uuid,json,jsonb,bytea,inet,cidr,macaddr,tsvector,tsquery',
  ].flatMap((names) => names.split(',')),
)

/** Returns a type name that is safe in SQL text: one of the list, or an array of it. */
export function checkCast(name: string): string {
  const wanted = name.toLowerCase().replaceAll(/\s+/g, ' ')
  const element = wanted.endsWith('[]') ? wanted.slice(0, -2).trimEnd() : wanted
  if (types.has(element)) return wanted
  const nearest = findNearest(element, types)
  const hint = nearest === undefined ? {} : { hint: verbatim(`Perhaps you meant the type "${nearest}".`) }
  throw new ApiError(400, '42704', verbatim(`type "${name}" does not exist`), hint)
}
