/** What Google's clients do unlike others: their key may stand in the query, and their model list has the path of everybody's. */
import type { Call } from '../ports.ts'
import type { Route } from './routes.ts'

const googles = /^\/v1beta\/|^\/v1\/.*:\w+$|^\/v1\/models(?:\/|$)/

/** The key becomes a header, so that no address that holds one is kept or passed on. */
export function withoutQueryKey(call: Call): Call {
  const { key, ...query } = call.query
  if (key === undefined || !googles.test(call.path)) return call
  const { rawTarget, headers } = call
  const [path = '', ...rest] = (rawTarget ?? '').split('?')
  const pairs = rest
    .join('?')
    .split('&')
    .filter((pair) => !new URLSearchParams(pair).has('key'))
  return {
    ...call,
    query,
    headers: { 'x-goog-api-key': key, ...headers },
    ...(rawTarget === undefined ? {} : { rawTarget: pairs.length === 0 ? path : `${path}?${pairs.join('&')}` }),
  }
}

/** It is answered in Google's shape, by Google. */
export function isModelListOfGoogle({ headers }: Call, { type }: Route): boolean {
  return headers['x-goog-api-key'] !== undefined && (type === 'models' || type === 'model')
}
