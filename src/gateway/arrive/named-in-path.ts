/** Requests of Google's and Azure's clients, whose address names the model: it is read as a member of the body, like everybody's. */

import { GatewayError } from '../../errors.ts'
import type { WireId } from '../../protocols/protocol.ts'
import { formatOf } from '../line/body-format.ts'
import type { Call } from '../ports.ts'
import { hasGooglePaths, namesProvider, type Placing, withOnlyProvider } from '../target/only-provider.ts'
import type { NamedInPath } from './routes.ts'

/** Throws for the stream that is no event stream. */
export function withNames(call: Call, { model, isStream }: NamedInPath): Call {
  if (isStream === true && call.query.alt !== 'sse') {
    throw new GatewayError(
      'unsupported_parameter',
      `streamGenerateContent answers with server-sent events only; got alt=${(call.query.alt ?? 'nothing').slice(0, 20)}, write ?alt=sse`,
      { param: 'alt' },
    )
  }
  const body = formatOf({}).edit(call.body, { model, ...(isStream === undefined ? {} : { stream: isStream }) })
  return { ...call, body }
}

/** A bare name of a model means the only provider with the client's own paths, else the only one that speaks its wire. */
export function withProvider(placing: Omit<Placing, 'isFit'>, wire: WireId): Call | undefined {
  if (namesProvider(placing)) return undefined
  const own = wire === 'google-gemini' ? withOnlyProvider({ ...placing, isFit: hasGooglePaths }) : undefined
  return own ?? withOnlyProvider({ ...placing, isFit: ({ speaks }) => speaks[wire] !== undefined })
}
